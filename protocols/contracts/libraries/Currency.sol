// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";

import {IAttribution} from "../interfaces/IAttribution.sol";

/// @title Moving the chain's coin, or a token that keeps its word
/// @notice The zero address is the coin. A token that delivers another amount than it was told to, or whose balance fell
/// by itself, is refused.
library Currency {
    using SafeERC20 for IERC20;

    address internal constant COIN = address(0);

    /// @param booked what this contract must hold of the token, at least, before it gets more
    function pull(address token, uint256 amount, uint256 booked) internal {
        if (token.code.length == 0) revert IAttribution.NotAToken(token);
        uint256 before = _checkedBalance(token, booked);
        IERC20(token).safeTransferFrom(msg.sender, address(this), amount);
        uint256 received = IERC20(token).balanceOf(address(this)) - before;
        if (received != amount) revert IAttribution.TokenAmountChanged(token, amount, received);
    }

    /// @param booked what this contract must hold, at least, before it pays
    function pay(address token, address recipient, uint256 amount, uint256 booked) internal {
        if (recipient == address(0) || recipient == address(this)) revert IAttribution.InvalidRecipient(recipient);
        if (token == COIN) {
            Address.sendValue(payable(recipient), amount);
            return;
        }
        uint256 before = _checkedBalance(token, booked);
        IERC20(token).safeTransfer(recipient, amount);
        uint256 left = IERC20(token).balanceOf(address(this));
        if (before - left != amount) revert IAttribution.TokenAmountChanged(token, amount, before - left);
    }

    function _checkedBalance(address token, uint256 booked) private view returns (uint256 balance) {
        balance = IERC20(token).balanceOf(address(this));
        if (balance < booked) revert IAttribution.TokenRebased(token, balance, booked);
    }
}
