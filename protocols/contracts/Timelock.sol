// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {
    TimelockControllerUpgradeable
} from "@openzeppelin/contracts-upgradeable/governance/TimelockControllerUpgradeable.sol";

import {IFoundation} from "./interfaces/IFoundation.sol";
import {SystemAddresses} from "./system/SystemAddresses.sol";

/// @title The DAO's timelock, the system contract at 0x…1005
/// @notice The admin of every system proxy and the only caller that system contracts take for governance. What the Governor
/// (0x…1004) queues waits here for two days, in which it can be read, and is then executed by anyone.
///
/// Its roles are fixed by its code: the Governor proposes and cancels, everyone executes, and whoever holds the
/// foundation's veto may cancel. Others can be given a role by a vote.
contract Timelock is TimelockControllerUpgradeable {
    uint256 private constant DEFAULT_DELAY = 2 days;
    /// @notice A vote can shorten the delay to this, and lengthen it.
    uint256 public constant MIN_DELAY = 1 hours;
    uint256 public constant MAX_DELAY = 30 days;

    /// @custom:storage-location erc7201:qanat.storage.Timelock
    struct TimelockStorage {
        /// Operations that are about the foundation's powers alone.
        mapping(bytes32 id => bool) isAboutFoundation;
    }

    // keccak256(abi.encode(uint256(keccak256("qanat.storage.Timelock")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE_LOCATION = 0x01784bdfd9021b8ea9ac447999eaa8081ac6c2ba254d947ecc9d3af8eb666400;

    error NotVetoable(bytes32 id);
    error DelayOutOfRange(uint256 delay, uint256 min, uint256 max);
    error AlreadySetUp();

    /// @notice Refused: genesis and this code say it all.
    function initialize(uint256, address[] memory, address[] memory, address) public pure override {
        revert AlreadySetUp();
    }

    function scheduleBatch(
        address[] calldata targets,
        uint256[] calldata values,
        bytes[] calldata payloads,
        bytes32 predecessor,
        bytes32 salt,
        uint256 delay
    ) public override {
        super.scheduleBatch(targets, values, payloads, predecessor, salt, delay);
        for (uint256 i = 0; i < targets.length; ++i) {
            if (targets[i] != SystemAddresses.FOUNDATION) return;
        }
        _storage().isAboutFoundation[hashOperationBatch(targets, values, payloads, predecessor, salt)] = true;
    }

    /// @notice As OpenZeppelin's; the foundation's veto does not reach operations about its own powers.
    function cancel(bytes32 id) public override {
        bool isGovernors = msg.sender == SystemAddresses.GOVERNOR || super.hasRole(CANCELLER_ROLE, msg.sender);
        if (!isGovernors && _storage().isAboutFoundation[id]) revert NotVetoable(id);
        super.cancel(id);
    }

    function updateDelay(uint256 delay) public override {
        if (delay < MIN_DELAY || delay > MAX_DELAY) revert DelayOutOfRange(delay, MIN_DELAY, MAX_DELAY);
        super.updateDelay(delay);
    }

    function getMinDelay() public view override returns (uint256) {
        uint256 stored = super.getMinDelay();
        return stored == 0 ? DEFAULT_DELAY : stored;
    }

    function hasRole(bytes32 role, address account) public view override returns (bool) {
        if (role == EXECUTOR_ROLE && account == address(0)) return true;
        if (role == PROPOSER_ROLE && account == SystemAddresses.GOVERNOR) return true;
        if (role == CANCELLER_ROLE) {
            if (account == SystemAddresses.GOVERNOR) return true;
            if (IFoundation(SystemAddresses.FOUNDATION).holds(IFoundation.Power.Veto, account)) return true;
        }
        // Roles are given by this contract itself, thus by a vote.
        if (role == DEFAULT_ADMIN_ROLE && account == address(this)) return true;
        return super.hasRole(role, account);
    }

    function _storage() private pure returns (TimelockStorage storage $) {
        assembly {
            $.slot := STORAGE_LOCATION
        }
    }
}
