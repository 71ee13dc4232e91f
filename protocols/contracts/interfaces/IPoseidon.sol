// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Poseidon over the BN254 scalar field, the native contract at 0x…0a05
/// @notice The same function as circomlib's `Poseidon(n)`, so a contract and a circuit can share a commitment.
/// @custom:source Grassi et al., "Poseidon: A New Hash Function for Zero-Knowledge Proof Systems", 2021; circomlib 2.0.5
interface IPoseidon {
    /// @notice The call data is not canonical, or the inputs are not 1 to 16 elements below the field's modulus.
    error MalformedCall();
    /// @notice The call carries coins: this contract keeps none.
    error ValueRefused();

    /// @notice Hashes 1 to 16 field elements to one.
    function hash(uint256[] calldata inputs) external view returns (uint256);
}
