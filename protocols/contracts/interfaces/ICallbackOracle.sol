// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IOracleTypes} from "./IOracleTypes.sol";

/// @title The part of the inference oracle (0x…1020) that speaks ORA's interface
/// @notice Requests of bytes in any mode, and those that operators answer; see IInferenceOracle for what all requests share.
/// @custom:source ORA's on-chain AI oracle (IAIOracle)
interface ICallbackOracle is IOracleTypes {
    /// @notice Asks for an inference in the model's mode: zk when it is listed for that, otherwise attested. ORA's
    /// interface.
    /// @dev The value sent must be at least `estimateFee(modelId, gasLimit)` as seen by the caller; what is more can be
    /// withdrawn (`withdrawProverFees`).
    /// @param input see CallbackRequest
    /// @param callback the contract to call back (IAIOracleCallback), or the zero address
    /// @param gasLimit gas for the callback, at most 2,000,000, paid for with the fee
    /// @param data handed to the callback
    function requestCallback(
        uint256 modelId,
        bytes calldata input,
        address callback,
        uint64 gasLimit,
        bytes calldata data
    ) external payable returns (uint256 requestId);

    /// @notice As `requestCallback`, naming the mode and whether provisional results are wanted.
    function requestCallbackWithMode(
        CallbackRequest calldata asked
    ) external payable returns (uint256 requestId);

    /// @notice What `requestCallback` costs the caller now, in wei. It depends on the caller where queries are rationed.
    function estimateFee(uint256 modelId, uint64 gasLimit) external view returns (uint256);

    /// @notice As `estimateFee`, for a mode and an account.
    function estimateFeeFor(
        uint256 modelId,
        Mode mode,
        address account,
        uint64 gasLimit
    ) external view returns (uint256);

    /// @notice Lists a model for operators to serve. Only the asset's creator; once.
    function listServedModel(uint256 assetId, bytes32 commitment, uint128 price) external;

    /// @notice Lowers the price of a served model, for requests to come. Only the asset's creator.
    function lowerServedPrice(uint256 assetId, uint128 price) external;

    /// @notice Answers an attested request, and settles it. Anyone may bring the operator's signature; the operator itself
    /// needs none.
    /// @param output at most 16,384 bytes
    /// @param signature of `attestationDigest(requestId, keccak256(output))` (ECDSA or ERC-1271); empty when the caller is
    /// the operator
    function attest(uint256 requestId, bytes calldata output, bytes calldata signature) external;

    /// @notice EIP-712 digest of Attestation(uint256 requestId,uint256 assetId,bytes32 inputHash,bytes32 outputHash).
    /// Domain: name "Qanat InferenceOracle", version "1", this chain, this contract.
    function attestationDigest(uint256 requestId, bytes32 outputHash) external view returns (bytes32);

    /// @notice Proposes the result of an optimistic or hybrid request. Only its operator.
    /// @param trace root of the execution's trace, which a dispute bisects
    function propose(uint256 requestId, bytes calldata output, bytes32 trace) external;

    /// @notice Settles a proposed request as the dispute game decided: pays for an upheld result, gives the fee back for a
    /// rejected one. Anyone may call.
    /// @param output as proposed
    function finalize(uint256 requestId, bytes calldata output) external;

    /// @notice Gives a request whose operator let its time pass to the next one, which takes the same or a lower fee, and
    /// punishes the first. Anyone may call.
    function reassign(uint256 requestId) external;

    /// @notice Reverts with NotServed.
    function getServedModel(uint256 assetId) external view returns (ServedModel memory);

    /// @notice Whether the result is final, never to change.
    function isFinalized(uint256 requestId) external view returns (bool);
}
