// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";

import {ITreasury} from "./interfaces/ITreasury.sol";
import {SystemAddresses} from "./system/SystemAddresses.sol";

/// @title Treasury
/// @notice Implements ITreasury, where every function is described.
/// @dev It keeps no books: what it has is its balance. Erc7201 namespace for what may come: qanat.storage.Treasury.
contract Treasury is ITreasury {
    using Address for address payable;
    using SafeERC20 for IERC20;

    modifier onlyGovernance() {
        if (msg.sender != SystemAddresses.GOVERNANCE) revert OnlyGovernance(msg.sender);
        _;
    }

    receive() external payable {
        emit Received(msg.sender, msg.value);
    }

    /// @inheritdoc ITreasury
    function spend(address payable recipient, uint256 amount) external onlyGovernance {
        if (recipient == address(0)) revert InvalidRecipient(recipient);
        if (amount > address(this).balance) revert InsufficientFunds(address(0), address(this).balance, amount);
        emit Spent(address(0), recipient, amount);
        recipient.sendValue(amount);
    }

    /// @inheritdoc ITreasury
    function spendToken(address token, address recipient, uint256 amount) external onlyGovernance {
        if (recipient == address(0)) revert InvalidRecipient(recipient);
        uint256 balance = IERC20(token).balanceOf(address(this));
        if (amount > balance) revert InsufficientFunds(token, balance, amount);
        emit Spent(token, recipient, amount);
        IERC20(token).safeTransfer(recipient, amount);
    }
}
