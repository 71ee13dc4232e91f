// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";

import {ICreditedRevenue, IReceiptWeights} from "./interfaces/IContributionSources.sol";
import {IVotingPower} from "./interfaces/IVotingPower.sol";
import {SystemAddresses} from "./system/SystemAddresses.sol";

/// @title VotingPower
/// @notice Implements IVotingPower, where every function is described.
contract VotingPower is IVotingPower {
    using Checkpoints for Checkpoints.Trace208;

    /// @notice All power there is.
    uint256 public constant SCALE = 1e27;
    uint256 public constant MAX_ASSETS = 16;
    /// @notice Seconds between a look at an asset and the look that counts it.
    uint256 public constant MATURITY = 7 days;
    /// @notice Average age of an account's receipts at which they count in full.
    uint256 public constant RAMP = 365 days;
    uint256 public constant MIN_STAKE_SHARE = 4_000;
    uint256 public constant MAX_STAKE_SHARE = 6_000;
    uint256 private constant DEFAULT_STAKE_SHARE = 5_000;
    uint256 private constant TEN_THOUSAND = 10_000;
    /// @dev Units of 10^-32 wei in a wei.
    uint256 private constant E32 = 1e32;

    struct Side {
        mapping(address account => uint208) units;
        mapping(address account => Checkpoints.Trace208) votes;
        Checkpoints.Trace208 total;
    }

    struct Look {
        /// Of the account's part of what the asset had been credited, in wei.
        uint128 seen;
        uint64 seenAt;
        uint208 counted;
    }

    /// @custom:storage-location erc7201:qanat.storage.VotingPower
    struct VotingPowerStorage {
        Side stake;
        Side contribution;
        mapping(address account => address) delegates;
        mapping(address account => mapping(uint256 assetId => Look)) looks;
        Checkpoints.Trace208 stakeShare;
    }

    // keccak256(abi.encode(uint256(keccak256("qanat.storage.VotingPower")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE_LOCATION = 0xb00bb5882a03af93c96ab46a767cbb6944a2355d4e7d2be44a0c59c55f689c00;

    ICreditedRevenue private constant ATTRIBUTION = ICreditedRevenue(SystemAddresses.ATTRIBUTION);
    IReceiptWeights private constant RECEIPTS = IReceiptWeights(SystemAddresses.OWNERSHIP_RECEIPTS);

    /// @inheritdoc IVotingPower
    function stakeChanged(address account, uint256 stake) external {
        if (msg.sender != SystemAddresses.BONDS) revert OnlyBonds(msg.sender);
        VotingPowerStorage storage $ = _storage();
        emit StakeCounted(account, $.stake.units[account], stake);
        _setUnits($.stake, account, delegates(account), uint208(stake));
    }

    /// @inheritdoc IVotingPower
    function refresh(address account, uint256[] calldata assetIds) external {
        if (assetIds.length > MAX_ASSETS) revert TooManyAssets(assetIds.length, MAX_ASSETS);
        VotingPowerStorage storage $ = _storage();
        uint256 age = _averageAge(account);
        uint256 sum = $.contribution.units[account];
        for (uint256 i = 0; i < assetIds.length; ++i) {
            uint256 assetId = assetIds[i];
            Look storage look = $.looks[account][assetId];
            if (look.seenAt != 0 && block.timestamp < look.seenAt + MATURITY) continue;
            uint256 earned = _earned(account, assetId);
            if (look.seenAt != 0) {
                // What was there then and still is: weights of later contributions may have made it less.
                uint256 matured = Math.min(look.seen, earned);
                uint208 counted = uint208((matured * Math.min(age, RAMP)) / RAMP);
                emit ContributionCounted(account, assetId, look.counted, counted);
                sum = sum - look.counted + counted;
                look.counted = counted;
            }
            look.seen = uint128(earned);
            look.seenAt = uint64(block.timestamp);
        }
        _setUnits($.contribution, account, delegates(account), uint208(sum));
    }

    /// @inheritdoc IVotingPower
    function delegate(address to) external {
        if (to == address(0)) revert InvalidDelegate(to);
        VotingPowerStorage storage $ = _storage();
        address from = delegates(msg.sender);
        $.delegates[msg.sender] = to;
        emit DelegateChanged(msg.sender, from, to);
        _move($.stake, from, to, $.stake.units[msg.sender]);
        _move($.contribution, from, to, $.contribution.units[msg.sender]);
    }

    /// @inheritdoc IVotingPower
    function setStakeShare(uint256 share) external {
        if (msg.sender != SystemAddresses.GOVERNANCE) revert OnlyGovernance(msg.sender);
        if (share < MIN_STAKE_SHARE || share > MAX_STAKE_SHARE) {
            revert ShareOutOfRange(share, MIN_STAKE_SHARE, MAX_STAKE_SHARE);
        }
        emit StakeShareChanged(stakeShare(), share);
        _storage().stakeShare.push(clock(), uint208(share));
    }

    /// @inheritdoc IVotingPower
    function delegates(address account) public view returns (address) {
        address chosen = _storage().delegates[account];
        return chosen == address(0) ? account : chosen;
    }

    /// @inheritdoc IVotingPower
    function getVotes(address account) external view returns (uint256) {
        VotingPowerStorage storage $ = _storage();
        uint256 share = stakeShare();
        return
            _normalise($.stake.votes[account].latest(), $.stake.total.latest(), share) +
            _normalise($.contribution.votes[account].latest(), $.contribution.total.latest(), TEN_THOUSAND - share);
    }

    /// @inheritdoc IVotingPower
    function getPastVotes(address account, uint256 timepoint) external view returns (uint256) {
        (uint256 fromStake, uint256 fromContribution) = getPastVotesBySide(account, timepoint);
        return fromStake + fromContribution;
    }

    /// @inheritdoc IVotingPower
    function getPastVotesBySide(
        address account,
        uint256 timepoint
    ) public view returns (uint256 fromStake, uint256 fromContribution) {
        uint48 moment = _past(timepoint);
        VotingPowerStorage storage $ = _storage();
        uint256 share = _shareAt(moment);
        fromStake = _normalise($.stake.votes[account].upperLookup(moment), $.stake.total.upperLookup(moment), share);
        fromContribution = _normalise(
            $.contribution.votes[account].upperLookup(moment),
            $.contribution.total.upperLookup(moment),
            TEN_THOUSAND - share
        );
    }

    /// @inheritdoc IVotingPower
    function getPastTotalBySide(
        uint256 timepoint
    ) external view returns (uint256 fromStake, uint256 fromContribution) {
        uint48 moment = _past(timepoint);
        uint256 share = _shareAt(moment);
        if (_storage().stake.total.upperLookup(moment) != 0) fromStake = (SCALE * share) / TEN_THOUSAND;
        if (_storage().contribution.total.upperLookup(moment) != 0) {
            fromContribution = (SCALE * (TEN_THOUSAND - share)) / TEN_THOUSAND;
        }
    }

    /// @inheritdoc IVotingPower
    function getPastTotalSupply(uint256 timepoint) external view returns (uint256) {
        _past(timepoint);
        return SCALE;
    }

    /// @inheritdoc IVotingPower
    function unitsOf(address account) external view returns (uint256 stake, uint256 contribution) {
        return (_storage().stake.units[account], _storage().contribution.units[account]);
    }

    /// @inheritdoc IVotingPower
    function stakeShare() public view returns (uint256) {
        uint208 stored = _storage().stakeShare.latest();
        return stored == 0 ? DEFAULT_STAKE_SHARE : stored;
    }

    /// @inheritdoc IVotingPower
    function clock() public view returns (uint48) {
        return uint48(block.timestamp);
    }

    /// @inheritdoc IVotingPower
    // solhint-disable-next-line func-name-mixedcase
    function CLOCK_MODE() external pure returns (string memory) {
        return "mode=timestamp";
    }

    function _setUnits(Side storage side, address account, address delegatee, uint208 units) private {
        uint208 previous = side.units[account];
        if (units == previous) return;
        side.units[account] = units;
        uint48 now_ = clock();
        side.total.push(now_, side.total.latest() + units - previous);
        Checkpoints.Trace208 storage votes = side.votes[delegatee];
        votes.push(now_, votes.latest() + units - previous);
    }

    function _move(Side storage side, address from, address to, uint208 units) private {
        if (from == to || units == 0) return;
        uint48 now_ = clock();
        side.votes[from].push(now_, side.votes[from].latest() - units);
        side.votes[to].push(now_, side.votes[to].latest() + units);
    }

    /// @dev Never more than 2^128 - 1: that is more coin than there can be.
    function _earned(address account, uint256 assetId) private view returns (uint256) {
        uint256 weight = RECEIPTS.weightOf(assetId, account);
        if (weight == 0) return 0;
        uint256 credited = ATTRIBUTION.creditedE32(assetId) / E32;
        return Math.min((credited * weight) / ATTRIBUTION.totalWeight(assetId), type(uint128).max);
    }

    function _averageAge(address account) private view returns (uint256) {
        uint256 weight = RECEIPTS.totalWeightOf(account);
        return weight == 0 ? 0 : RECEIPTS.timeWeightAt(account, block.timestamp) / weight;
    }

    function _normalise(uint256 units, uint256 total, uint256 share) private pure returns (uint256) {
        return total == 0 ? 0 : Math.mulDiv(units, SCALE * share, total * TEN_THOUSAND);
    }

    function _shareAt(uint48 timepoint) private view returns (uint256) {
        uint208 stored = _storage().stakeShare.upperLookup(timepoint);
        return stored == 0 ? DEFAULT_STAKE_SHARE : stored;
    }

    function _past(uint256 timepoint) private view returns (uint48) {
        if (timepoint >= block.timestamp) revert FutureLookup(timepoint, block.timestamp);
        return uint48(timepoint);
    }

    function _storage() private pure returns (VotingPowerStorage storage $) {
        assembly {
            $.slot := STORAGE_LOCATION
        }
    }
}
