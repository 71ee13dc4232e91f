// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title The foundation's powers, the system contract at 0x…1007
/// @notice Powers that the DAO lends, each by name, to one account, until a time. There is nothing else that a foundation
/// can do, and a vote that ends a power cannot be vetoed with it.
interface IFoundation {
    enum Power {
        /// Cancel an operation in the timelock, other than one that is about these powers alone.
        Veto,
        /// Schedule and cancel upgrades of the node without a vote, in an emergency.
        ScheduleUpgrade
    }

    struct Grant {
        address holder;
        /// Last second of the power.
        uint64 expiresAt;
    }

    event PowerGranted(Power indexed power, address indexed holder, uint64 expiresAt);
    event PowerEnded(Power indexed power, address indexed holder, address indexed by);

    error OnlyGovernance(address caller);
    error InvalidHolder(address holder);
    error InvalidExpiry(uint64 expiresAt, uint256 earliest, uint256 latest);
    error NotHeld(Power power);
    error MayNotEnd(Power power, address caller);

    /// @notice Lends a power, for at most two years, in the place of an earlier grant. Only governance.
    function grant(Power power, address holder, uint64 expiresAt) external;

    /// @notice Ends a power before its time. Governance may, and its holder.
    function end(Power power) external;

    function grantOf(Power power) external view returns (Grant memory);

    /// @notice Whether the account holds the power now.
    function holds(Power power, address account) external view returns (bool);
}
