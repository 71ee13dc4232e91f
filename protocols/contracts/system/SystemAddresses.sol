// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Where the native and the system contracts stand, on every Qanat chain
library SystemAddresses {
    address internal constant GROTH16 = 0x0000000000000000000000000000000000000a01;
    address internal constant LORA_PROOF = 0x0000000000000000000000000000000000000a06;
    address internal constant POSEIDON = 0x0000000000000000000000000000000000000A05;

    /// @dev The DAO's timelock, which alone may upgrade a system contract. Nothing is deployed there yet, so nothing can
    /// be upgraded yet: no key exists that could call from this address.
    address internal constant GOVERNANCE = 0x0000000000000000000000000000000000001005;

    address internal constant ASSET_REGISTRY = 0x0000000000000000000000000000000000001011;
    address internal constant LICENSING = 0x0000000000000000000000000000000000001014;
    address internal constant ATTRIBUTION = 0x0000000000000000000000000000000000001015;
    address internal constant INFERENCE_ORACLE = 0x0000000000000000000000000000000000001020;
}
