// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IFoundation} from "./interfaces/IFoundation.sol";
import {SystemAddresses} from "./system/SystemAddresses.sol";

/// @title Foundation
/// @notice Implements IFoundation, where every function is described.
contract Foundation is IFoundation {
    uint256 public constant MAX_TERM = 2 * 365 days;

    /// @custom:storage-location erc7201:qanat.storage.Foundation
    struct FoundationStorage {
        mapping(Power power => Grant) grants;
    }

    // keccak256(abi.encode(uint256(keccak256("qanat.storage.Foundation")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE_LOCATION = 0xd4f599bcdf1792a845d15b6f1c5647597c655bf73cea69430962e6d32797e600;

    /// @inheritdoc IFoundation
    function grant(Power power, address holder, uint64 expiresAt) external {
        if (msg.sender != SystemAddresses.GOVERNANCE) revert OnlyGovernance(msg.sender);
        if (holder == address(0)) revert InvalidHolder(holder);
        if (expiresAt <= block.timestamp || expiresAt > block.timestamp + MAX_TERM) {
            revert InvalidExpiry(expiresAt, block.timestamp + 1, block.timestamp + MAX_TERM);
        }
        _storage().grants[power] = Grant(holder, expiresAt);
        emit PowerGranted(power, holder, expiresAt);
    }

    /// @inheritdoc IFoundation
    function end(Power power) external {
        address holder = _storage().grants[power].holder;
        if (holder == address(0)) revert NotHeld(power);
        if (msg.sender != SystemAddresses.GOVERNANCE && msg.sender != holder) revert MayNotEnd(power, msg.sender);
        delete _storage().grants[power];
        emit PowerEnded(power, holder, msg.sender);
    }

    /// @inheritdoc IFoundation
    function grantOf(Power power) external view returns (Grant memory) {
        return _storage().grants[power];
    }

    /// @inheritdoc IFoundation
    function holds(Power power, address account) external view returns (bool) {
        Grant memory given = _storage().grants[power];
        return account != address(0) && given.holder == account && block.timestamp <= given.expiresAt;
    }

    function _storage() private pure returns (FoundationStorage storage $) {
        assembly {
            $.slot := STORAGE_LOCATION
        }
    }
}
