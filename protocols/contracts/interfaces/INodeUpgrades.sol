// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Scheduled upgrades of the node, the system contract at 0x…1008
/// @notice From which height on which release of the node is to run. Native contracts and the rules of the chain change by
/// these, not by proxies. It is a plan that operators read: nothing forces a node to follow.
interface INodeUpgrades {
    struct Plan {
        /// First block of the new rules.
        uint64 height;
        /// Name of the release.
        string name;
        /// Where it is, and keccak256 of what is there.
        string uri;
        bytes32 contentHash;
    }

    event UpgradeScheduled(uint64 indexed height, string name, string uri, bytes32 contentHash, address indexed by);
    event UpgradeCancelled(uint64 indexed height, string name, address indexed by);

    error MayNotSchedule(address caller);
    error TooSoon(uint64 height, uint256 earliest);
    error EmptyName();
    error TextTooLong(uint256 length, uint256 max);
    error NothingScheduled();

    /// @notice Schedules an upgrade, in the place of one that is scheduled. Governance may, and whoever holds the
    /// foundation's power to (IFoundation).
    /// @param plan at least 1,000 blocks ahead
    function schedule(Plan calldata plan) external;

    /// @notice Cancels the scheduled upgrade, as long as its height is not reached.
    function cancel() external;

    /// @notice The upgrade scheduled last; all zero when there is none. It stays after its height, as the chain's record.
    function plan() external view returns (Plan memory);
}
