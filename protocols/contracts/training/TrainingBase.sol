// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IAssetRegistry} from "../interfaces/IAssetRegistry.sol";
import {IStakeSource} from "../interfaces/IStakeSource.sol";
import {ITraining} from "../interfaces/ITraining.sol";
import {ITrainingJobs} from "../interfaces/ITrainingJobs.sol";
import {SystemAddresses} from "../system/SystemAddresses.sol";

/// @title Training jobs up to their decision: opening, joining, submitting, reviewing, appealing
abstract contract TrainingBase is ITrainingJobs, ReentrancyGuardTransient {
    using Address for address payable;

    uint256 private constant MAX_PARTICIPANTS = 64;
    uint256 private constant MAX_PARTS = 16;
    uint256 private constant MAX_REVIEWERS = 7;
    uint256 private constant MAX_PERIOD = 30 days;
    /// @dev From opening to the last submission.
    uint256 private constant MAX_TERM = 365 days;
    /// @notice Seconds in which an appeal is ruled on.
    uint256 private constant RULING_PERIOD = 30 days;
    uint256 internal constant TEN_THOUSAND = 10_000;
    /// @dev Part of the terms' stake that a reviewer loses who is overruled.
    uint256 private constant SLASH_DIVISOR = 10;

    /// @custom:storage-location erc7201:qanat.storage.TrainingJobs
    struct TrainingJobsStorage {
        uint256 jobCount;
        uint256 submissionCount;
        uint256 escrowed;
        mapping(uint256 jobId => Job) jobs;
        mapping(uint256 jobId => Participant[]) participants;
        mapping(uint256 jobId => mapping(address account => uint8)) rolesOf;
        mapping(uint256 submissionId => Submission) submissions;
        mapping(uint256 submissionId => mapping(address reviewer => uint8)) reviews;
        mapping(uint256 submissionId => address[]) reviewers;
        mapping(address account => uint256) balances;
        mapping(uint256 assetId => uint256) assetBalances;
    }

    // keccak256(abi.encode(uint256(keccak256("qanat.storage.TrainingJobs")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE_LOCATION = 0x042be18931dbd4402f246f2c2a08265aa90a3b0d555502a8a5d33e954b5a9d00;

    IAssetRegistry internal constant REGISTRY = IAssetRegistry(SystemAddresses.ASSET_REGISTRY);
    ITraining internal constant RECORD = ITraining(SystemAddresses.TRAINING);
    IStakeSource private constant STAKE = IStakeSource(SystemAddresses.BONDS);

    /// @inheritdoc ITrainingJobs
    function open(JobTerms calldata terms) external payable returns (uint256 jobId) {
        uint8 fault = _faultOf(terms);
        if (fault != 0) revert InvalidTerms(fault);
        if (msg.value == 0 || msg.value > type(uint128).max) revert WrongPayment(msg.value, 1);
        TrainingJobsStorage storage $ = _storage();
        jobId = ++$.jobCount;
        Job storage job = $.jobs[jobId];
        job.opener = msg.sender;
        job.status = JobStatus.Open;
        job.bounty = uint128(msg.value);
        job.termsHash = hashTerms(terms);
        $.escrowed += msg.value;
        emit JobOpened(jobId, msg.sender, msg.value, job.termsHash, terms);
    }

    /// @inheritdoc ITrainingJobs
    function join(
        uint256 jobId,
        JobTerms calldata terms,
        Role role,
        uint256 assetId,
        bytes32 evidence
    ) external returns (uint256 participant) {
        Job storage job = _openJob(jobId, terms);
        _notAfter(terms.joinUntil);
        TrainingJobsStorage storage $ = _storage();
        Participant[] storage participants = $.participants[jobId];
        participant = participants.length;
        if (participant == MAX_PARTICIPANTS) revert TooManyParticipants(MAX_PARTICIPANTS);
        uint8 bit = uint8(1 << uint8(role));
        if ($.rolesOf[jobId][msg.sender] & bit != 0) revert AlreadyJoined(jobId, msg.sender, role);
        $.rolesOf[jobId][msg.sender] |= bit;
        if (assetId != 0) {
            bool isOwn = role == Role.Data &&
                REGISTRY.creatorOf(assetId) == msg.sender &&
                REGISTRY.statusOf(assetId) == IAssetRegistry.AssetStatus.Active;
            if (!isOwn) revert NotAssetOfAccount(assetId, msg.sender);
        }
        participants.push(Participant(msg.sender, role, assetId, evidence));
        job.participantCount = uint32(participant + 1);
        emit Joined(jobId, participant, msg.sender, role, assetId, evidence);
    }

    /// @inheritdoc ITrainingJobs
    function submit(
        uint256 jobId,
        JobTerms calldata terms,
        Result calldata result
    ) external payable returns (uint256 submissionId) {
        Job storage job = _openJob(jobId, terms);
        _notAfter(terms.submitUntil);
        TrainingJobsStorage storage $ = _storage();
        if ($.rolesOf[jobId][msg.sender] & uint8(1 << uint8(Role.Tuner)) == 0) revert NotTuner(jobId, msg.sender);
        uint256 fee = uint256(terms.reviewPay) * terms.reviewerCount;
        if (msg.value != fee) revert WrongPayment(msg.value, fee);
        _checkParts(jobId, result.parts);

        submissionId = ++$.submissionCount;
        ++job.openSubmissions;
        $.escrowed += fee;
        Submission storage submission = $.submissions[submissionId];
        submission.jobId = jobId;
        submission.tuner = msg.sender;
        submission.status = SubmissionStatus.Reviewing;
        submission.reviewUntil = uint64(block.timestamp + terms.reviewPeriod);
        submission.resultHash = keccak256(abi.encode(result));
        emit Submitted(submissionId, jobId, msg.sender, result);
        RECORD.invoke(
            recordKeyOf(submissionId),
            keccak256(abi.encode(result.parts)),
            bytes32(terms.baseAsset),
            result.hyperParameters
        );
    }

    /// @inheritdoc ITrainingJobs
    function recordSteps(uint256 submissionId, uint256 first, bytes32[] calldata states) external {
        Submission storage submission = _submission(submissionId);
        if (submission.tuner != msg.sender) revert NotTuner(submission.jobId, msg.sender);
        if (submission.status != SubmissionStatus.Reviewing) revert SubmissionClosed(submissionId);
        _notAfter(submission.reviewUntil);
        RECORD.step(recordKeyOf(submissionId), first, states);
    }

    /// @inheritdoc ITrainingJobs
    function review(uint256 submissionId, JobTerms calldata terms, bool accepts, bytes32 reason) external {
        TrainingJobsStorage storage $ = _storage();
        Submission storage submission = _reviewing(submissionId, terms);
        _notAfter(submission.reviewUntil);
        uint256 jobId = submission.jobId;
        if ($.rolesOf[jobId][msg.sender] != 0 || $.jobs[jobId].opener == msg.sender) {
            revert PartiesDoNotReview(msg.sender);
        }
        if ($.reviews[submissionId][msg.sender] != 0) revert AlreadyReviewed(submissionId, msg.sender);
        if (submission.accepts + submission.rejects == terms.reviewerCount) revert NoSeatLeft(submissionId);
        uint256 stake = STAKE.stakeOf(msg.sender);
        if (stake < terms.reviewerStake) revert ReviewerStakeTooLow(msg.sender, stake, terms.reviewerStake);
        $.reviews[submissionId][msg.sender] = accepts ? 2 : 1;
        $.reviewers[submissionId].push(msg.sender);
        if (accepts) ++submission.accepts;
        else ++submission.rejects;
        // The last seat ends the review.
        if (submission.accepts + submission.rejects == terms.reviewerCount) {
            submission.reviewUntil = uint64(block.timestamp);
            submission.appealUntil = uint64(block.timestamp + terms.appealPeriod);
        }
        emit Reviewed(submissionId, msg.sender, accepts, reason);
        $.escrowed -= terms.reviewPay;
        _credit(jobId, msg.sender, terms.reviewPay);
    }

    /// @inheritdoc ITrainingJobs
    function appeal(uint256 submissionId, JobTerms calldata terms) external payable {
        Submission storage submission = _reviewing(submissionId, terms);
        (bool isDecided, ) = _outcome(submission, terms);
        if (!isDecided) revert Undecided(submissionId);
        _notAfter(_appealUntil(submission, terms));
        if (msg.value != terms.appealBond) revert WrongPayment(msg.value, terms.appealBond);
        submission.status = SubmissionStatus.Appealed;
        submission.appellant = msg.sender;
        submission.ruleUntil = uint64(block.timestamp + RULING_PERIOD);
        _storage().escrowed += msg.value;
        emit Appealed(submissionId, msg.sender);
    }

    /// @inheritdoc ITrainingJobs
    function rule(uint256 submissionId, JobTerms calldata terms, bool accepted) external nonReentrant {
        Submission storage submission = _submission(submissionId);
        _matches(submission.jobId, terms);
        if (submission.status != SubmissionStatus.Appealed) revert NotAppealed(submissionId);
        address arbiter = terms.arbiter == address(0) ? SystemAddresses.GOVERNANCE : terms.arbiter;
        if (msg.sender != arbiter) revert NotArbiter(msg.sender, arbiter);
        _notAfter(submission.ruleUntil);
        (, bool decision) = _outcome(submission, terms);
        TrainingJobsStorage storage $ = _storage();
        $.escrowed -= terms.appealBond;
        submission.status = SubmissionStatus.Reviewing;
        // No second appeal.
        submission.reviewUntil = 1;
        submission.appealUntil = 1;
        bool isOverruled = accepted != decision;
        submission.isOverruled = isOverruled;
        emit Ruled(submissionId, msg.sender, accepted, isOverruled);
        if (!isOverruled) {
            payable(SystemAddresses.TREASURY).sendValue(terms.appealBond);
            return;
        }
        _credit(submission.jobId, submission.appellant, terms.appealBond);
        uint8 wrong = decision ? 2 : 1;
        address[] storage reviewers = $.reviewers[submissionId];
        for (uint256 i = 0; i < reviewers.length; ++i) {
            if ($.reviews[submissionId][reviewers[i]] != wrong) continue;
            STAKE.slash(reviewers[i], terms.reviewerStake / SLASH_DIVISOR, bytes32(submissionId));
        }
    }

    /// @inheritdoc ITrainingJobs
    function outcomeOf(
        uint256 submissionId,
        JobTerms calldata terms
    ) external view returns (bool isDecided, bool accepted) {
        Submission storage submission = _submission(submissionId);
        _matches(submission.jobId, terms);
        (isDecided, accepted) = _outcome(submission, terms);
        if (submission.isOverruled) accepted = !accepted;
    }

    /// @inheritdoc ITrainingJobs
    function recordKeyOf(uint256 submissionId) public pure returns (bytes32) {
        return bytes32(submissionId);
    }

    /// @inheritdoc ITrainingJobs
    function hashTerms(JobTerms calldata terms) public pure returns (bytes32) {
        return keccak256(abi.encode(terms));
    }

    /// @dev What the reviewers said.
    function _outcome(
        Submission storage submission,
        JobTerms calldata terms
    ) internal view returns (bool isDecided, bool accepted) {
        uint256 votes = uint256(submission.accepts) + submission.rejects;
        isDecided = votes == terms.reviewerCount || block.timestamp > submission.reviewUntil;
        accepted = submission.accepts > submission.rejects;
    }

    function _appealUntil(Submission storage submission, JobTerms calldata terms) internal view returns (uint64) {
        uint64 stored = submission.appealUntil;
        return stored != 0 ? stored : submission.reviewUntil + terms.appealPeriod;
    }

    function _credit(uint256 jobId, address account, uint256 amount) internal {
        if (amount == 0) return;
        _storage().balances[account] += amount;
        emit Credited(jobId, account, amount);
    }

    function _openJob(uint256 jobId, JobTerms calldata terms) internal view returns (Job storage job) {
        job = _matches(jobId, terms);
        if (job.status != JobStatus.Open) revert JobNotOpen(jobId, job.status);
    }

    function _matches(uint256 jobId, JobTerms calldata terms) internal view returns (Job storage job) {
        job = _storage().jobs[jobId];
        if (job.status == JobStatus.None) revert UnknownJob(jobId);
        if (hashTerms(terms) != job.termsHash) revert TermsMismatch(jobId);
    }

    function _submission(uint256 submissionId) internal view returns (Submission storage submission) {
        submission = _storage().submissions[submissionId];
        if (submission.status == SubmissionStatus.None) revert UnknownSubmission(submissionId);
    }

    function _notAfter(uint64 until) internal view {
        if (block.timestamp > until) revert TooLate(until, block.timestamp);
    }

    function _reviewing(
        uint256 submissionId,
        JobTerms calldata terms
    ) private view returns (Submission storage submission) {
        submission = _submission(submissionId);
        _matches(submission.jobId, terms);
        if (submission.status != SubmissionStatus.Reviewing) revert SubmissionClosed(submissionId);
    }

    /// @dev What is wrong with terms: 1 kind, 2 base, 3 shares, 4 weights, 5 times, 6 periods, 7 reviewers; 0 nothing.
    function _faultOf(JobTerms calldata terms) private view returns (uint8) {
        if (terms.kind != IAssetRegistry.AssetKind.Model && terms.kind != IAssetRegistry.AssetKind.Adapter) return 1;
        if (
            terms.baseAsset == 0
                ? terms.baseShare != 0
                : REGISTRY.statusOf(terms.baseAsset) != IAssetRegistry.AssetStatus.Active
        ) return 2;
        uint256 shares = uint256(terms.baseShare) + terms.dataShare + terms.computeShare + terms.tunerShare;
        if (shares != TEN_THOUSAND) return 3;
        uint256 weights = uint256(terms.dataWeight) + terms.computeWeight + terms.tunerWeight + terms.openerWeight;
        if (weights != TEN_THOUSAND || terms.tunerWeight == 0) return 4;
        if (
            terms.joinUntil <= block.timestamp ||
            terms.submitUntil < terms.joinUntil ||
            terms.submitUntil > block.timestamp + MAX_TERM
        ) return 5;
        if (terms.reviewPeriod == 0 || terms.reviewPeriod > MAX_PERIOD || terms.appealPeriod > MAX_PERIOD) return 6;
        if (terms.reviewerCount % 2 == 0 || terms.reviewerCount > MAX_REVIEWERS || terms.reviewerStake == 0) return 7;
        return 0;
    }

    /// @dev Every part names a participant of Data or Compute, once, and the parts of each role are none or all of it.
    function _checkParts(uint256 jobId, Part[] calldata parts) private view {
        if (parts.length > MAX_PARTS) revert InvalidParts(parts.length);
        Participant[] storage participants = _storage().participants[jobId];
        uint256[2] memory sums;
        uint256 seen;
        for (uint256 i = 0; i < parts.length; ++i) {
            uint256 index = parts[i].participant;
            if (
                index >= participants.length ||
                parts[i].share == 0 ||
                (seen >> index) & 1 == 1 ||
                participants[index].role == Role.Tuner
            ) revert InvalidParts(i);
            seen |= 1 << index;
            sums[uint256(participants[index].role)] += parts[i].share;
        }
        for (uint256 role = 0; role < 2; ++role) {
            if (sums[role] != 0 && sums[role] != TEN_THOUSAND) revert InvalidParts(parts.length);
        }
    }

    function _storage() internal pure returns (TrainingJobsStorage storage $) {
        assembly {
            $.slot := STORAGE_LOCATION
        }
    }
}
