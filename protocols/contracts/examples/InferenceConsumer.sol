// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IInferenceConsumer} from "../interfaces/IInferenceConsumer.sol";
import {IInferenceOracle} from "../interfaces/IInferenceOracle.sol";

/// @title An example of a contract that uses a proven inference
/// @notice Buys an inference for whoever calls `ask` and keeps the answer, with the index of its greatest number (the
/// class, when the model classifies).
contract InferenceConsumer is IInferenceConsumer {
    struct Answer {
        bool asked;
        bool delivered;
        uint256 greatest;
        int256[] output;
    }

    IInferenceOracle public constant ORACLE = IInferenceOracle(0x0000000000000000000000000000000000001020);
    uint32 public constant CALLBACK_GAS = 500_000;

    uint256 public latestRequestId;
    mapping(uint256 requestId => Answer) private _answers;
    mapping(uint256 requestId => address) private _askers;

    event Asked(uint256 indexed requestId, uint256 indexed assetId);
    event Delivered(uint256 indexed requestId, uint256 greatest, int256[] output);

    error OnlyOracle(address caller);
    error NotAsked(uint256 requestId);
    error NotAsker(uint256 requestId, address caller);

    /// @notice Asks the model; send its price along.
    function ask(uint256 assetId, int256[] calldata input) external payable returns (uint256 requestId) {
        requestId = ORACLE.request{value: msg.value}(assetId, input, address(this), CALLBACK_GAS);
        latestRequestId = requestId;
        _answers[requestId].asked = true;
        _askers[requestId] = msg.sender;
        emit Asked(requestId, assetId);
    }

    /// @inheritdoc IInferenceConsumer
    function onInference(uint256 requestId, int256[] calldata output) external {
        if (msg.sender != address(ORACLE)) revert OnlyOracle(msg.sender);
        Answer storage stored = _answers[requestId];
        if (!stored.asked) revert NotAsked(requestId);

        uint256 greatest = 0;
        for (uint256 i = 1; i < output.length; ++i) {
            if (output[i] > output[greatest]) greatest = i;
        }
        stored.delivered = true;
        stored.greatest = greatest;
        stored.output = output;
        emit Delivered(requestId, greatest, output);
    }

    function answerOf(uint256 requestId) external view returns (Answer memory) {
        return _answers[requestId];
    }

    /// @notice Gives whoever asked its payment back, when nobody answered in time.
    /// @dev There is no `receive` function on purpose: a refund started by a stranger fails, so the payment can only go
    /// to the asker, past this contract.
    function takeBack(uint256 requestId) external {
        if (_askers[requestId] != msg.sender) revert NotAsker(requestId, msg.sender);
        ORACLE.refundTo(requestId, payable(msg.sender));
    }
}
