// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IOracleTypes} from "../interfaces/IOracleTypes.sol";

/// @title Signed integers as elements of BN254's scalar field
/// @notice x stands for itself, -x for r - x. One to one within int128, which is what the oracle accepts.
library FieldNumbers {
    /// @dev r, the order of the scalar field. Source: EIP-197.
    uint256 internal constant FIELD_ORDER =
        21888242871839275222246405745257275088548364400416034343698204186575808495617;

    function checkRange(int256[] memory numbers) internal pure {
        for (uint256 i = 0; i < numbers.length; ++i) {
            int256 number = numbers[i];
            if (number != int128(number)) revert IOracleTypes.NumberOutOfRange(i, number);
        }
    }

    /// @notice Writes the numbers, all within int128, to `target` from `offset` on.
    function write(uint256[] memory target, uint256 offset, int256[] calldata numbers) internal pure {
        for (uint256 i = 0; i < numbers.length; ++i) {
            int256 number = numbers[i];
            target[offset + i] = number >= 0 ? uint256(number) : FIELD_ORDER - uint256(-number);
        }
    }
}
