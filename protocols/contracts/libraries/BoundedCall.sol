// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IOracleTypes} from "../interfaces/IOracleTypes.sol";

/// @title A call that can neither hurt its caller nor be starved by it
library BoundedCall {
    /// @dev What the call itself costs at most (EIP-2929's cold account access, memory) and what is done before it.
    uint256 private constant CALL_OVERHEAD = 10_000;

    /// @notice Calls `target` with exactly `gasLimit` gas, or reverts when that much cannot be given: of what is left, a
    /// caller can pass on 63 / 64 (EIP-150), and without this check an answerer could choose a gas limit that lets the
    /// answer succeed and its callback fail.
    /// @dev No return data is copied, so a callee cannot make its caller pay for memory.
    /// @return success false when the call reverted, ran out of gas or there is no code to call
    function tryCall(address target, uint256 gasLimit, bytes memory data) internal returns (bool success) {
        uint256 left = gasleft();
        uint256 available = left > CALL_OVERHEAD ? ((left - CALL_OVERHEAD) * 63) / 64 : 0;
        if (available < gasLimit) revert IOracleTypes.InsufficientCallbackGas(available, gasLimit);
        if (target.code.length == 0) return false;
        assembly ("memory-safe") {
            success := call(gasLimit, target, 0, add(data, 0x20), mload(data), 0, 0)
        }
    }
}
