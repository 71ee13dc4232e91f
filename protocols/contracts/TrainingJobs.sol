// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";

import {IAssetRegistry} from "./interfaces/IAssetRegistry.sol";
import {IAttribution} from "./interfaces/IAttribution.sol";
import {IIdentity} from "./interfaces/IIdentity.sol";
import {IShares} from "./interfaces/IShares.sol";
import {ITrainingJobs} from "./interfaces/ITrainingJobs.sol";
import {SystemAddresses} from "./system/SystemAddresses.sol";
import {TrainingBase} from "./training/TrainingBase.sol";

/// @title TrainingJobs
/// @notice Implements ITrainingJobs, where every function is described: here settling, registering and paying; the rest is
/// in training/TrainingBase.sol.
contract TrainingJobs is TrainingBase {
    using Address for address payable;

    IAttribution private constant ATTRIBUTION = IAttribution(SystemAddresses.ATTRIBUTION);
    IIdentity private constant IDENTITY = IIdentity(SystemAddresses.IDENTITY);
    IShares private constant SHARES = IShares(SystemAddresses.SHARES);

    /// @inheritdoc ITrainingJobs
    function settle(uint256 submissionId, JobTerms calldata terms, Result calldata result) external nonReentrant {
        Submission storage submission = _submission(submissionId);
        uint256 jobId = submission.jobId;
        Job storage job = _matches(jobId, terms);
        if (keccak256(abi.encode(result)) != submission.resultHash) revert UnknownSubmission(submissionId);
        (bool isDecided, bool accepted) = _outcome(submission, terms);
        TrainingJobsStorage storage $ = _storage();
        if (submission.status == SubmissionStatus.Appealed) {
            if (block.timestamp <= submission.ruleUntil) revert TooEarly(submission.ruleUntil + 1, block.timestamp);
            $.escrowed -= terms.appealBond;
            _credit(jobId, submission.appellant, terms.appealBond);
        } else {
            if (submission.status != SubmissionStatus.Reviewing) revert SubmissionClosed(submissionId);
            if (!isDecided) revert Undecided(submissionId);
            uint64 until = _appealUntil(submission, terms);
            if (block.timestamp <= until) revert TooEarly(until + 1, block.timestamp);
        }
        if (submission.isOverruled) accepted = !accepted;
        --job.openSubmissions;
        uint256 empty = terms.reviewerCount - submission.accepts - submission.rejects;
        $.escrowed -= empty * terms.reviewPay;
        _credit(jobId, submission.tuner, empty * terms.reviewPay);
        bool wins = accepted && job.status == JobStatus.Open;
        submission.status = wins ? SubmissionStatus.Won : SubmissionStatus.Closed;
        emit SubmissionSettled(submissionId, jobId, submission.status);
        if (!wins) return;
        job.status = JobStatus.Won;
        job.winner = submissionId;
        $.escrowed -= job.bounty;
        _divide(jobId, job.bounty, submission.tuner, terms, result.parts);
        RECORD.record(recordKeyOf(submissionId), result.contentDigest);
        IDENTITY.recordWork(bytes32(jobId), submission.tuner, job.opener, job.bounty);
    }

    /// @inheritdoc ITrainingJobs
    function refund(uint256 jobId, JobTerms calldata terms) external {
        Job storage job = _openJob(jobId, terms);
        if (block.timestamp <= terms.submitUntil) revert TooEarly(terms.submitUntil + 1, block.timestamp);
        if (job.openSubmissions != 0) revert SubmissionsOpen(jobId, job.openSubmissions);
        job.status = JobStatus.Refunded;
        _storage().escrowed -= job.bounty;
        emit JobRefunded(jobId, job.bounty);
        _credit(jobId, job.opener, job.bounty);
    }

    /// @inheritdoc ITrainingJobs
    function registerResult(
        uint256 jobId,
        JobTerms calldata terms,
        Result calldata result,
        ResultTemplate calldata template
    ) external nonReentrant returns (uint256 assetId) {
        Job storage job = _matches(jobId, terms);
        if (job.status != JobStatus.Won) revert JobNotOpen(jobId, job.status);
        if (job.assetId != 0) revert ResultAlreadyRegistered(jobId, job.assetId);
        if (keccak256(abi.encode(result)) != _storage().submissions[job.winner].resultHash) {
            revert UnknownSubmission(job.winner);
        }
        if (hashTemplate(template) != terms.resultTemplate) revert TermsMismatch(jobId);

        IAssetRegistry.AssetTerms memory asset;
        asset.kind = terms.kind;
        asset.creator = job.opener;
        asset.contentId = result.contentId;
        asset.contentDigest = result.contentDigest;
        asset.contentSize = result.contentSize;
        asset.kindData = template.kindData;
        asset.accessUri = template.accessUri;
        asset.parents = _parents(jobId, terms.baseAsset, result.parts);
        asset.contributors = _contributors(jobId, job, terms, result.parts);
        asset.royalty = template.royalty;
        asset.derivatives = template.derivatives;
        asset.laterWeight = template.laterWeight;
        asset.licenses = template.licenses;
        asset.salt = bytes32(jobId);
        asset.deadline = uint64(block.timestamp);
        IShares.ShareTerms memory shares;
        if (template.sharesRatio != 0) {
            shares = _shareTerms(template, asset.contributors);
            asset.sharesRatio = template.sharesRatio;
            asset.shareTerms = SHARES.hashShareTerms(shares);
        }
        assetId = REGISTRY.registerForJob(asset, job.termsHash);
        job.assetId = assetId;
        address token = template.sharesRatio == 0 ? address(0) : SHARES.create(assetId, shares);
        emit ResultRegistered(jobId, assetId, token);
    }

    /// @inheritdoc ITrainingJobs
    function payAsset(uint256 assetId) external nonReentrant returns (uint256 amount) {
        amount = _storage().assetBalances[assetId];
        if (amount == 0) revert NothingToWithdraw(address(0));
        _storage().assetBalances[assetId] = 0;
        emit AssetPaid(assetId, amount);
        ATTRIBUTION.receiveRevenue{value: amount}(assetId, IAttribution.RevenueSource.Reward);
    }

    /// @inheritdoc ITrainingJobs
    function withdraw(address payable recipient) external nonReentrant returns (uint256 amount) {
        if (recipient == address(0)) revert InvalidRecipient(recipient);
        amount = _storage().balances[msg.sender];
        if (amount == 0) revert NothingToWithdraw(msg.sender);
        _storage().balances[msg.sender] = 0;
        emit Withdrawn(msg.sender, recipient, amount);
        recipient.sendValue(amount);
    }

    /// @inheritdoc ITrainingJobs
    function jobCount() external view returns (uint256) {
        return _storage().jobCount;
    }

    /// @inheritdoc ITrainingJobs
    function submissionCount() external view returns (uint256) {
        return _storage().submissionCount;
    }

    /// @inheritdoc ITrainingJobs
    function getJob(uint256 jobId) external view returns (Job memory job) {
        job = _storage().jobs[jobId];
        if (job.status == JobStatus.None) revert UnknownJob(jobId);
    }

    /// @inheritdoc ITrainingJobs
    function getSubmission(uint256 submissionId) external view returns (Submission memory) {
        return _submission(submissionId);
    }

    /// @inheritdoc ITrainingJobs
    function participantsOf(uint256 jobId) external view returns (Participant[] memory) {
        return _storage().participants[jobId];
    }

    /// @inheritdoc ITrainingJobs
    function balanceOf(address account) external view returns (uint256) {
        return _storage().balances[account];
    }

    /// @inheritdoc ITrainingJobs
    function assetBalanceOf(uint256 assetId) external view returns (uint256) {
        return _storage().assetBalances[assetId];
    }

    /// @inheritdoc ITrainingJobs
    function escrowed() external view returns (uint256) {
        return _storage().escrowed;
    }

    /// @inheritdoc ITrainingJobs
    function hashTemplate(ResultTemplate calldata template) public pure returns (bytes32) {
        return keccak256(abi.encode(template));
    }

    /// @dev Every part is rounded down; the tuner has the rest, so the parts are the bounty to the wei.
    function _divide(
        uint256 jobId,
        uint256 bounty,
        address tuner,
        JobTerms calldata terms,
        Part[] calldata parts
    ) private {
        uint256 left = bounty;
        if (terms.baseShare != 0) left -= _creditAsset(jobId, terms.baseAsset, (bounty * terms.baseShare) / TEN_THOUSAND);
        Participant[] storage participants = _storage().participants[jobId];
        for (uint256 i = 0; i < parts.length; ++i) {
            Participant storage participant = participants[parts[i].participant];
            uint256 roleShare = participant.role == Role.Data ? terms.dataShare : terms.computeShare;
            uint256 amount = (bounty * roleShare * parts[i].share) / (TEN_THOUSAND * TEN_THOUSAND);
            left -= amount;
            if (participant.assetId != 0) _creditAsset(jobId, participant.assetId, amount);
            else _credit(jobId, participant.account, amount);
        }
        _credit(jobId, tuner, left);
    }

    function _creditAsset(uint256 jobId, uint256 assetId, uint256 amount) private returns (uint256) {
        if (amount == 0) return 0;
        _storage().assetBalances[assetId] += amount;
        emit AssetCredited(jobId, assetId, amount);
        return amount;
    }

    /// @dev The base model and the datasets, each once.
    function _parents(
        uint256 jobId,
        uint256 baseAsset,
        Part[] calldata parts
    ) private view returns (uint256[] memory parents) {
        parents = new uint256[](parts.length + 1);
        uint256 count;
        if (baseAsset != 0) parents[count++] = baseAsset;
        Participant[] storage participants = _storage().participants[jobId];
        for (uint256 i = 0; i < parts.length; ++i) {
            uint256 assetId = participants[parts[i].participant].assetId;
            if (assetId == 0) continue;
            bool isKnown = false;
            for (uint256 j = 0; j < count; ++j) if (parents[j] == assetId) isKnown = true;
            if (!isKnown) parents[count++] = assetId;
        }
        assembly ("memory-safe") {
            mstore(parents, count)
        }
    }

    /// @dev Parts without an asset by the terms' weights, the opener by its own, the tuner with the rest; an account in
    /// several roles once, with the sum.
    function _contributors(
        uint256 jobId,
        Job storage job,
        JobTerms calldata terms,
        Part[] calldata parts
    ) private view returns (IAssetRegistry.Contributor[] memory list) {
        list = new IAssetRegistry.Contributor[](parts.length + 2);
        uint256 count;
        uint16 left = uint16(TEN_THOUSAND);
        Participant[] storage participants = _storage().participants[jobId];
        for (uint256 i = 0; i < parts.length; ++i) {
            Participant storage participant = participants[parts[i].participant];
            if (participant.assetId != 0) continue;
            bool isData = participant.role == Role.Data;
            uint16 weight = uint16(
                (uint256(isData ? terms.dataWeight : terms.computeWeight) * parts[i].share) / TEN_THOUSAND
            );
            if (weight == 0) continue;
            left -= weight;
            count = _add(
                list,
                count,
                participant.account,
                isData
                    ? IAssetRegistry.ContributorRole.DataProvider
                    : IAssetRegistry.ContributorRole.ComputeProvider,
                weight,
                participant.evidence
            );
        }
        if (terms.openerWeight != 0) {
            left -= terms.openerWeight;
            count = _add(list, count, job.opener, IAssetRegistry.ContributorRole.Other, terms.openerWeight, bytes32(jobId));
        }
        Submission storage winner = _storage().submissions[job.winner];
        count = _add(list, count, winner.tuner, IAssetRegistry.ContributorRole.Tuner, left, winner.resultHash);
        assembly ("memory-safe") {
            mstore(list, count)
        }
    }

    function _add(
        IAssetRegistry.Contributor[] memory list,
        uint256 count,
        address account,
        IAssetRegistry.ContributorRole role,
        uint16 weight,
        bytes32 contribution
    ) private pure returns (uint256) {
        for (uint256 i = 0; i < count; ++i) {
            if (list[i].account != account) continue;
            list[i].weight += weight;
            return count;
        }
        list[count] = IAssetRegistry.Contributor(account, role, weight, contribution);
        return count + 1;
    }

    /// @dev The supply by weight; what is left by rounding is the last one's, the tuner's unless it has another role too.
    function _shareTerms(
        ResultTemplate calldata template,
        IAssetRegistry.Contributor[] memory contributors
    ) private pure returns (IShares.ShareTerms memory shares) {
        shares.name = template.shareName;
        shares.symbol = template.shareSymbol;
        shares.redeemRatio = template.redeemRatio;
        shares.allocations = new IShares.Allocation[](contributors.length);
        uint128 left = template.shareSupply;
        for (uint256 i = 0; i < contributors.length; ++i) {
            uint128 amount = uint128((uint256(template.shareSupply) * contributors[i].weight) / TEN_THOUSAND);
            if (i == contributors.length - 1) amount = left;
            left -= amount;
            shares.allocations[i] = IShares.Allocation(contributors[i].account, amount, 0, 0);
        }
    }
}
