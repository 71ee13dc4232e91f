// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title What the inference oracle asks of the dispute game at 0x…1022
/// @notice As long as there is no code at that address, or it does not accept a mode, requests in that mode are refused.
interface IDisputeResolver {
    enum Outcome {
        /// Not decided, or never opened.
        Open,
        /// The window passed without a challenge, or every challenger lost.
        Upheld,
        Rejected
    }

    /// @notice Whether claims about results in this mode (IInferenceOracle.Mode) can be opened.
    function accepts(uint8 mode) external view returns (bool);

    /// @notice Opens the window for challenges to a result. Only the oracle calls it, once for each request.
    function open(
        uint256 requestId,
        address proposer,
        bytes32 model,
        bytes32 input,
        bytes32 output,
        bytes32 trace
    ) external;

    function outcomeOf(uint256 requestId) external view returns (Outcome);
}
