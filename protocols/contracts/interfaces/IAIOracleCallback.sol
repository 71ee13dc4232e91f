// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title What a contract implements to be called back after IInferenceOracle.requestCallback
/// @custom:source ORA's AIOracleCallbackReceiver, whose selector 0xb0347814 this is
interface IAIOracleCallback {
    /// @notice Delivers a final result, once. A revert is recorded and changes nothing about the result or its payment.
    /// @dev Check that the caller is the oracle (0x…1020) and that you know the request.
    /// @param callbackData as given with the request
    function aiOracleCallback(uint256 requestId, bytes calldata output, bytes calldata callbackData) external;
}

/// @title What a contract implements, besides, if it asked for provisional results
interface IProvisionalCallback {
    /// @notice Delivers a result that may still be challenged, before the final one, which comes to `aiOracleCallback`
    /// or, if the challenge is won, never.
    function aiOracleProvisional(uint256 requestId, bytes calldata output, bytes calldata callbackData) external;
}
