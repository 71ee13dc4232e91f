// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Where a system contract learns what an account has at stake, and takes it from those who failed
/// @notice Implemented by the bonded escrow (IBonds, 0x…1009); proof of stake can take its place behind this interface.
interface IStakeSource {
    /// @notice Wei that the account has bonded. What it is taking out counts no more, but can still be slashed.
    function stakeOf(address account) external view returns (uint256);

    /// @notice Takes up to `amount` from the account's bond, unbonding parts included, and gives it to the treasury: nobody
    /// who could provoke a slash gains by it. Only contracts that the chain names as slashers.
    /// @param cause what for, such as a request's id
    /// @return taken what was there to take
    function slash(address account, uint256 amount, bytes32 cause) external returns (uint256 taken);
}
