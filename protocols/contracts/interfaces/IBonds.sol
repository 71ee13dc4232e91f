// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IStakeSource} from "./IStakeSource.sol";

/// @title Bonds, the system contract at 0x…1009
/// @notice Coin that accounts put at risk: operators of the inference oracle, reviewers of training jobs, raters, voters.
/// One bond serves all of these at once. It comes back after a delay that is longer than any of their deadlines.
///
/// At any time: balance = sum of all bonds + sum of all unbonding (plus coin that was forced in, which is nobody's).
interface IBonds is IStakeSource {
    struct Bond {
        uint128 bonded;
        /// Being taken out; slashed only when `bonded` does not suffice.
        uint128 unbonding;
        /// Second from which `unbonding` can be withdrawn.
        uint64 withdrawableAt;
    }

    event Bonded(address indexed account, uint256 amount, uint256 bonded);
    event UnbondingStarted(address indexed account, uint256 amount, uint64 withdrawableAt);
    event Withdrawn(address indexed account, address indexed recipient, uint256 amount);
    event Slashed(address indexed account, address indexed slasher, bytes32 indexed cause, uint256 amount);

    error NothingBonded();
    error BondTooLarge(uint256 amount, uint256 max);
    error InsufficientBond(address account, uint256 bonded, uint256 asked);
    error StillUnbonding(address account, uint64 withdrawableAt);
    error NothingToWithdraw(address account);
    error InvalidRecipient(address recipient);
    error NotSlasher(address caller);

    /// @notice Adds the value sent to the caller's bond.
    function bond() external payable;

    /// @notice Begins to take out a part. A second call before the first part is withdrawn starts the delay anew for both.
    function startUnbonding(uint256 amount) external;

    /// @notice Pays what has been unbonding for the whole delay to `recipient`.
    function withdraw(address payable recipient) external returns (uint256 amount);

    function bondOf(address account) external view returns (Bond memory);

    /// @notice Sum of all bonds and of all that is unbonding, in wei.
    function totals() external view returns (uint256 bonded, uint256 unbonding);
}
