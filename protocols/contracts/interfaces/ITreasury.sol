// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title The DAO's treasury, the system contract at 0x…1003
/// @notice Takes coin and tokens from anyone (protocol fees, slashed bonds, forfeited deposits) and pays what a vote says.
interface ITreasury {
    event Received(address indexed from, uint256 amount);
    /// @param token the zero address for the chain's coin
    event Spent(address indexed token, address indexed recipient, uint256 amount);

    error OnlyGovernance(address caller);
    error InvalidRecipient(address recipient);
    error InsufficientFunds(address token, uint256 balance, uint256 asked);

    /// @notice Pays coin. Only governance.
    function spend(address payable recipient, uint256 amount) external;

    /// @notice Pays an ERC-20 token. Only governance.
    function spendToken(address token, address recipient, uint256 amount) external;
}
