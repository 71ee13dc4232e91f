// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Where the native and the system contracts stand, on every Qanat chain
library SystemAddresses {
    address internal constant GROTH16 = 0x0000000000000000000000000000000000000a01;
    address internal constant LORA_PROOF = 0x0000000000000000000000000000000000000a06;
    address internal constant POSEIDON = 0x0000000000000000000000000000000000000A05;
    address internal constant INFERENCE = 0x0000000000000000000000000000000000000a10;
    address internal constant TRAINING = 0x0000000000000000000000000000000000000a11;

    /// @dev Receives the protocol's fees.
    address internal constant TREASURY = 0x0000000000000000000000000000000000001003;
    address internal constant GOVERNOR = 0x0000000000000000000000000000000000001004;
    /// @dev The DAO's timelock, which alone may upgrade a system contract or change its parameters.
    address internal constant GOVERNANCE = 0x0000000000000000000000000000000000001005;
    address internal constant TIMELOCK = GOVERNANCE;
    address internal constant VOTING_POWER = 0x0000000000000000000000000000000000001006;
    address internal constant FOUNDATION = 0x0000000000000000000000000000000000001007;
    address internal constant NODE_UPGRADES = 0x0000000000000000000000000000000000001008;
    address internal constant BONDS = 0x0000000000000000000000000000000000001009;

    address internal constant IDENTITY = 0x0000000000000000000000000000000000001010;
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
    address internal constant ORACLE_OPERATORS = 0x0000000000000000000000000000000000001026;

    /// @dev Nothing stands here yet.
    address internal constant DISPUTE_GAME = 0x0000000000000000000000000000000000001022;

    /// @dev What every share token is a minimal clone of. Not behind a proxy: shares that exist do not change.
    address internal constant SHARE_TOKEN = 0xC0de000000000000000000000000000000002013;
    /// @dev Code of the oracle's second part, which only the oracle runs.
    address internal constant CALLBACK_ORACLE = 0xC0dE000000000000000000000000000000002020;
}
