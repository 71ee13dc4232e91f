// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title LoRA proofs, the native contract at 0x…0a06
/// @notice Verifies in zero knowledge that outputs Y = X Aᵀ Bᵀ are those of a LoRA module whose A and B stay hidden behind a
/// commitment that was registered with a proof of its owner's knowledge. Encodings: docs/spec/lora.md. Gas is charged
/// before any work and depends on the call data alone.
/// @dev The proof system is new and has not been reviewed from outside. Inputs and outputs are public: from as many independent
/// rows as the module has inputs anyone can solve for the product B A. Ration them.
interface ILoraProof {
    /// @notice The call data is not the canonical ABI encoding of a call of this interface, the shape is over the limits, or
    /// a part has not the length that the shape says.
    error MalformedCall();
    /// @notice No commitment of this name is registered.
    error UnknownCommitment(bytes32 commitment);
    /// @notice The commitment is registered already; its registrant and binding stand.
    error AlreadyRegistered(bytes32 commitment);
    /// @notice The responses do not prove what the announcements and the rows claim.
    error InvalidRegistration();
    /// @notice The call carries coins: this contract keeps none.
    error ValueRefused();
    /// @notice Nothing is registered in a STATICCALL, nor by DELEGATECALL or CALLCODE.
    error WriteRefused();

    /// @notice Takes a part of a registration: responses to some of its 128 challenges. When all have been taken, in one call or in
    /// several, the commitment is registered for the caller, to whom the proof is bound: nobody else can use it.
    /// @param shape inputs u32 ‖ outputs u32 ‖ rank u16 ‖ width u16 ‖ weightBits u8 ‖ three zero bytes
    /// @param rows the points of the commitment, 64 bytes each
    /// @param binding what the registrant ties the module to, an asset for example; part of what is proven
    /// @param announcements 128 points; the same in every call of one registration
    /// @param first the number of the first challenge answered here, from 0
    /// @param responses to the challenges from `first` on
    /// @return commitment the name of the module from now on
    /// @return missing how many challenges are still without a response; 0 when the module is registered
    function register(
        bytes16 shape,
        bytes calldata rows,
        bytes32 binding,
        bytes calldata announcements,
        uint256 first,
        bytes calldata responses
    ) external returns (bytes32 commitment, uint256 missing);

    /// @notice Who registered a module, and what for. Reverts with UnknownCommitment.
    function registration(bytes32 commitment) external view returns (address registrant, bytes32 binding);

    /// @notice Verifies that `outputs` are the module's for `inputs`. The proof is bound to this chain, to the caller and to `binding`:
    /// it verifies nowhere else. Rows that are not the commitment's and anything that is not a proof give false; an
    /// unknown commitment reverts.
    /// @param commitment a registered module
    /// @param binding what the caller ties the proof to: asset, module, request, session
    /// @param shape the module's shape, as registered
    /// @param rows the points of the commitment, as registered
    /// @param inputs X, row by row, int16 big-endian
    /// @param outputs Y, row by row, big-endian integers of the size that the shape gives them
    /// @param proof an evaluation proof
    function verify(
        bytes32 commitment,
        bytes32 binding,
        bytes16 shape,
        bytes calldata rows,
        bytes calldata inputs,
        bytes calldata outputs,
        bytes calldata proof
    ) external view returns (bool);
}
