// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IFoundation} from "./interfaces/IFoundation.sol";
import {INodeUpgrades} from "./interfaces/INodeUpgrades.sol";
import {SystemAddresses} from "./system/SystemAddresses.sol";

/// @title NodeUpgrades
/// @notice Implements INodeUpgrades, where every function is described.
contract NodeUpgrades is INodeUpgrades {
    uint256 public constant MIN_NOTICE_BLOCKS = 1_000;
    uint256 public constant MAX_TEXT_BYTES = 256;

    /// @custom:storage-location erc7201:qanat.storage.NodeUpgrades
    struct NodeUpgradesStorage {
        Plan plan;
    }

    // keccak256(abi.encode(uint256(keccak256("qanat.storage.NodeUpgrades")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE_LOCATION = 0x0de6f526c2f766cf81a289cbc2a6bb236fa4679899d020b1ff4368c037fa5b00;

    modifier onlyScheduler() {
        IFoundation foundation = IFoundation(SystemAddresses.FOUNDATION);
        if (
            msg.sender != SystemAddresses.GOVERNANCE &&
            !foundation.holds(IFoundation.Power.ScheduleUpgrade, msg.sender)
        ) revert MayNotSchedule(msg.sender);
        _;
    }

    /// @inheritdoc INodeUpgrades
    function schedule(Plan calldata plan_) external onlyScheduler {
        uint256 earliest = block.number + MIN_NOTICE_BLOCKS;
        if (plan_.height < earliest) revert TooSoon(plan_.height, earliest);
        if (bytes(plan_.name).length == 0) revert EmptyName();
        _checkText(plan_.name);
        _checkText(plan_.uri);
        _storage().plan = plan_;
        emit UpgradeScheduled(plan_.height, plan_.name, plan_.uri, plan_.contentHash, msg.sender);
    }

    /// @inheritdoc INodeUpgrades
    function cancel() external onlyScheduler {
        Plan memory scheduled = _storage().plan;
        if (scheduled.height <= block.number) revert NothingScheduled();
        delete _storage().plan;
        emit UpgradeCancelled(scheduled.height, scheduled.name, msg.sender);
    }

    /// @inheritdoc INodeUpgrades
    function plan() external view returns (Plan memory) {
        return _storage().plan;
    }

    function _checkText(string calldata text) private pure {
        if (bytes(text).length > MAX_TEXT_BYTES) revert TextTooLong(bytes(text).length, MAX_TEXT_BYTES);
    }

    function _storage() private pure returns (NodeUpgradesStorage storage $) {
        assembly {
            $.slot := STORAGE_LOCATION
        }
    }
}
