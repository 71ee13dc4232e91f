// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IIdentity} from "../interfaces/IIdentity.sol";
import {IStakeSource} from "../interfaces/IStakeSource.sol";
import {SystemAddresses} from "../system/SystemAddresses.sol";
import {IdentityBase} from "./IdentityBase.sol";

/// @title Reputation from settled, paid, undisputed work
abstract contract Reputations is IdentityBase {
    uint16 public constant MAX_RATING = 10_000;
    uint256 public constant RATING_WINDOW = 30 days;
    /// @notice A new identity's score is as if it had ratings of this weight in wei, half of them the best and half the
    /// worst, so that the first small rating does not make a name.
    uint256 public constant PRIOR_WEIGHT = 100 ether;
    uint256 private constant PRIOR_RATED_WEIGHT = PRIOR_WEIGHT * (MAX_RATING / 2);
    /// @dev One hundredth of the scale.
    uint256 private constant POINT = 100;

    IStakeSource private constant STAKE = IStakeSource(SystemAddresses.BONDS);

    /// @inheritdoc IIdentity
    function recordWork(bytes32 workId, address provider, address client, uint256 paid) external {
        if (msg.sender != SystemAddresses.INFERENCE_ORACLE && msg.sender != SystemAddresses.TRAINING_JOBS) {
            revert NotReporter(msg.sender);
        }
        IdentityStorage storage $ = _storage();
        uint256 providerId = $.identityOf[provider];
        if (providerId == 0 || paid == 0 || paid > type(uint128).max) return;
        if (client == provider || $.identityOf[client] == providerId) return;
        bytes32 workKey = workKeyOf(msg.sender, workId);
        if ($.works[workKey].settledAt != 0) return;
        Work storage work = $.works[workKey];
        work.providerId = providerId;
        work.client = client;
        work.settledAt = uint64(block.timestamp);
        work.paid = uint128(paid);
        Record storage record = $.records[providerId];
        ++record.workCount;
        record.paid += paid;
        emit WorkRecorded(providerId, workKey, client, paid);
    }

    /// @inheritdoc IIdentity
    function voidWork(bytes32 workId) external {
        bytes32 workKey = workKeyOf(msg.sender, workId);
        Work storage work = _work(workKey);
        if (work.isVoid) revert WorkIsVoid(workKey);
        work.isVoid = true;
        Record storage record = _storage().records[work.providerId];
        --record.workCount;
        record.paid -= work.paid;
        record.weight -= work.weight;
        record.ratedWeight -= uint256(work.weight) * work.rating;
        emit WorkVoided(work.providerId, workKey);
    }

    /// @inheritdoc IIdentity
    function rate(bytes32 workKey, uint16 rating) external {
        if (rating > MAX_RATING) revert InvalidRating(rating, MAX_RATING);
        Work storage work = _work(workKey);
        if (work.client != msg.sender) revert NotClient(workKey, msg.sender);
        if (work.isVoid) revert WorkIsVoid(workKey);
        if (work.isRated) revert AlreadyRated(workKey);
        uint256 closesAt = work.settledAt + RATING_WINDOW;
        if (block.timestamp > closesAt) revert RatingClosed(workKey, closesAt);
        uint256 stake = STAKE.stakeOf(msg.sender);
        uint128 weight = stake < work.paid ? uint128(stake) : work.paid;
        work.isRated = true;
        work.rating = rating;
        work.weight = weight;
        Record storage record = _storage().records[work.providerId];
        record.weight += weight;
        record.ratedWeight += uint256(weight) * rating;
        emit WorkRated(work.providerId, workKey, msg.sender, rating, weight);
    }

    /// @inheritdoc IIdentity
    function workKeyOf(address reporter, bytes32 workId) public pure returns (bytes32) {
        return keccak256(abi.encode(reporter, workId));
    }

    /// @inheritdoc IIdentity
    function getWork(bytes32 workKey) external view returns (Work memory) {
        return _work(workKey);
    }

    /// @inheritdoc IIdentity
    function reputationOf(uint256 identityId) external view returns (Reputation memory) {
        Record storage record = _existing(identityId);
        return Reputation(_score(record), record.weight, record.workCount, record.paid);
    }

    /// @inheritdoc IIdentity
    function costOfPoint(uint256 identityId) external view returns (uint256 up, uint256 down) {
        Record storage record = _existing(identityId);
        uint256 score = _score(record);
        uint256 weight = record.weight + PRIOR_WEIGHT;
        // (weight * score + w * rating) / (weight + w) = score ± POINT, solved for w with the best or the worst rating.
        up = score + POINT < MAX_RATING ? (weight * POINT) / (MAX_RATING - score - POINT) : type(uint256).max;
        down = score > POINT ? (weight * POINT) / (score - POINT) : type(uint256).max;
    }

    function _score(Record storage record) private view returns (uint256) {
        return (record.ratedWeight + PRIOR_RATED_WEIGHT) / (record.weight + PRIOR_WEIGHT);
    }

    function _work(bytes32 workKey) private view returns (Work storage work) {
        work = _storage().works[workKey];
        if (work.settledAt == 0) revert UnknownWork(workKey);
    }
}
