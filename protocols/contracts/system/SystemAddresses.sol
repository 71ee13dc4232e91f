// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Where the native and the system contracts stand, on every Qanat chain
library SystemAddresses {
    address internal constant GROTH16 = 0x0000000000000000000000000000000000000a01;
    address internal constant POSEIDON = 0x0000000000000000000000000000000000000A05;

    /// @dev The DAO's timelock, which alone may upgrade a system contract. Nothing is deployed there yet, so nothing can
    /// be upgraded yet: no key exists that could call from this address.
    address internal constant GOVERNANCE = 0x0000000000000000000000000000000000001005;

    /// @dev Receives the protocol's fees.
    address internal constant TREASURY = 0x0000000000000000000000000000000000001003;

    address internal constant ASSET_REGISTRY = 0x0000000000000000000000000000000000001011;
    address internal constant OWNERSHIP_RECEIPTS = 0x0000000000000000000000000000000000001012;
    address internal constant SHARES = 0x0000000000000000000000000000000000001013;
    address internal constant LICENSING = 0x0000000000000000000000000000000000001014;
    address internal constant ATTRIBUTION = 0x0000000000000000000000000000000000001015;
    address internal constant MARKETPLACE = 0x0000000000000000000000000000000000001016;
    address internal constant API_METERING = 0x0000000000000000000000000000000000001017;
    address internal constant PARTNERSHIPS = 0x0000000000000000000000000000000000001018;
    address internal constant BREACH_DISPUTES = 0x0000000000000000000000000000000000001019;
    address internal constant INFERENCE_ORACLE = 0x0000000000000000000000000000000000001020;
    address internal constant TRAINING_JOBS = 0x0000000000000000000000000000000000001021;
    address internal constant VAULT_ACCESS = 0x0000000000000000000000000000000000001025;

    /// @dev What every share token is a minimal clone of. Not behind a proxy: shares that exist do not change.
    address internal constant SHARE_TOKEN = 0xC0de000000000000000000000000000000002013;
}
