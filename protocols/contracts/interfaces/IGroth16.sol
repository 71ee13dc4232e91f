// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Groth16 verification over BN254, the native contract at 0x…0a01
/// @notice A verification key is registered once by its canonical bytes, checked then, and named by its hash ever after.
/// Canonical key: alpha G1 (64) ‖ beta G2 (128) ‖ gamma G2 (128) ‖ delta G2 (128) ‖ IC[0..n] G1 (64 each). Coordinates are
/// 32 bytes, big-endian; a G2 point is written as in EIP-197, imaginary coefficient first. Gas is charged before any work.
/// @custom:source Jens Groth, "On the Size of Pairing-based Non-interactive Arguments", 2016; EIP-197
interface IGroth16 {
    /// @notice The call data is not the canonical ABI encoding of a call of this interface.
    error MalformedCall();
    /// @notice No key of this hash is registered.
    error UnknownKey(bytes32 keyHash);
    /// @notice The bytes are not an acceptable verification key. Reasons: 1 length, 2 more than 256 public
    /// inputs, 3 a coordinate at or above the modulus, 4 infinity, 5 a point off its curve, 6 a point outside the subgroup,
    /// 7 gamma equal to delta or to its negative.
    error InvalidKey(uint8 reason);
    /// @notice The call carries coins: this contract keeps none.
    error ValueRefused();
    /// @notice A key cannot be registered in a STATICCALL, nor by DELEGATECALL or CALLCODE.
    error WriteRefused();

    /// @notice Checks and stores a verification key. Registering the same key again changes nothing.
    /// @param verificationKey the canonical bytes described above
    /// @return keyHash keccak256 of those bytes
    function registerKey(bytes calldata verificationKey) external returns (bytes32 keyHash);

    /// @notice Whether a key of this hash is registered.
    function isRegistered(bytes32 keyHash) external view returns (bool);

    /// @notice How many public inputs the key's circuit has. Reverts with UnknownKey.
    function publicInputCount(bytes32 keyHash) external view returns (uint256);

    /// @notice Verifies a proof. A malformed proof or public input (off the curve, outside the subgroup, coordinate at or
    /// above the field's modulus, infinity, wrong length or count, input at or above the scalar field's modulus) is a
    /// proof that does not verify: the answer is false. An unknown key reverts.
    /// @dev Groth16 proofs are malleable: never use the proof's bytes as an identifier or a nullifier.
    /// @param keyHash a registered key
    /// @param publicInputs in snarkjs' order, each below the scalar field's modulus
    /// @param proof A (64) ‖ B (128) ‖ C (64), 256 bytes, encoded as the key's points are
    function verify(bytes32 keyHash, uint256[] calldata publicInputs, bytes calldata proof) external view returns (bool);
}
