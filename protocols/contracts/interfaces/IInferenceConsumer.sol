// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title What a contract implements to be called back by the InferenceOracle
interface IInferenceConsumer {
    /// @notice Delivers a final result, once. A revert is recorded and changes nothing about the result or its payment.
    /// @dev Anyone may name any contract as callback: check that the caller is the oracle (0x…1020) and that you know
    /// the request.
    /// @param requestId as returned by IInferenceOracle.request
    /// @param output the model's output, proven
    function onInference(uint256 requestId, int256[] calldata output) external;
}
