// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAssetRegistry} from "./IAssetRegistry.sol";

/// @title Training jobs, the system contract at 0x…1021
/// @notice Someone puts up a bounty for a model that is not there yet, under terms that freeze. Data providers, compute owners
/// and tuners join without asking; a tuner submits what they made together; staked reviewers accept or reject it, are paid
/// either way, and can be overruled by whom the terms name. The first submission that stands takes the bounty, which is
/// divided by the terms, and becomes an asset derived from the base model and the datasets, whose weights and shares
/// follow the terms too.
///
/// Whoever joins agrees to the job's terms by joining: to its role's part, and to any division of that part that an
/// accepted submission names. Step states of a training are kept in the native record (ITraining, 0x…0a11).
///
/// At any time: balance = bounties of open jobs + fees of unsettled submissions + bonds of appeals + all balances (plus
/// coin that was forced in, which is nobody's).
/// @custom:source Bagel's Bakery; Sahara AI litepaper, "AI Developer Platform"
interface ITrainingJobs {
    enum Role {
        Data,
        Compute,
        Tuner
    }

    enum JobStatus {
        None,
        Open,
        Won,
        Refunded
    }

    enum SubmissionStatus {
        None,
        /// Under review, or decided by its reviewers and not settled yet: see `outcomeOf`.
        Reviewing,
        Appealed,
        /// Settled: it took the bounty.
        Won,
        /// Settled: rejected, or accepted after another one had won.
        Closed
    }

    struct JobTerms {
        /// Hash of the document that says what is wanted and how it is judged.
        bytes32 specification;
        /// Model or Adapter.
        IAssetRegistry.AssetKind kind;
        /// The model to begin with; 0 when there is none.
        uint256 baseAsset;
        /// How the bounty is divided, in basis points; together 10,000. What a role that nobody filled would get is the
        /// tuner's.
        uint16 baseShare;
        uint16 dataShare;
        uint16 computeShare;
        uint16 tunerShare;
        /// How the result's weights are divided, likewise; who joined with an asset is an ancestor instead.
        uint16 dataWeight;
        uint16 computeWeight;
        uint16 tunerWeight;
        uint16 openerWeight;
        /// Last seconds.
        uint64 joinUntil;
        uint64 submitUntil;
        /// Seconds for reviews, and then for an appeal.
        uint32 reviewPeriod;
        uint32 appealPeriod;
        /// Seats, an odd number up to 7.
        uint8 reviewerCount;
        /// Wei for one review.
        uint128 reviewPay;
        /// Wei that a reviewer must have bonded.
        uint128 reviewerStake;
        /// Wei that an appeal puts up.
        uint128 appealBond;
        /// Who rules on appeals; zero is governance.
        address arbiter;
        /// hashTemplate of the terms of the asset that the result becomes.
        bytes32 resultTemplate;
    }

    /// @notice What the result's asset has besides what the job says.
    struct ResultTemplate {
        bytes kindData;
        string accessUri;
        uint16 royalty;
        IAssetRegistry.DerivativePolicy derivatives;
        uint16 laterWeight;
        IAssetRegistry.LicenseTerms licenses;
        /// 0: no shares. Otherwise shares are allocated as the weights are.
        uint16 sharesRatio;
        string shareName;
        string shareSymbol;
        uint128 shareSupply;
        uint16 redeemRatio;
    }

    struct Participant {
        address account;
        Role role;
        /// The dataset that it brings, to which its pay and later royalties go; 0 when it brings none.
        uint256 assetId;
        bytes32 evidence;
    }

    /// @notice A participant's part of its role, in basis points.
    struct Part {
        uint16 participant;
        uint16 share;
    }

    struct Result {
        bytes contentId;
        bytes32 contentDigest;
        uint64 contentSize;
        bytes32 hyperParameters;
        /// The data and compute that went into it; for each of the two roles none, or together 10,000.
        Part[] parts;
    }

    struct Job {
        address opener;
        JobStatus status;
        uint128 bounty;
        uint32 participantCount;
        /// Submissions that are not settled.
        uint32 openSubmissions;
        uint256 winner;
        /// The asset that the result became; 0 before.
        uint256 assetId;
        bytes32 termsHash;
    }

    struct Submission {
        uint256 jobId;
        address tuner;
        SubmissionStatus status;
        uint64 reviewUntil;
        uint64 appealUntil;
        uint8 accepts;
        uint8 rejects;
        bool isOverruled;
        address appellant;
        uint64 ruleUntil;
        bytes32 resultHash;
    }

    event JobOpened(uint256 indexed jobId, address indexed opener, uint256 bounty, bytes32 termsHash, JobTerms terms);
    event Joined(
        uint256 indexed jobId,
        uint256 indexed participant,
        address indexed account,
        Role role,
        uint256 assetId,
        bytes32 evidence
    );
    event Submitted(uint256 indexed submissionId, uint256 indexed jobId, address indexed tuner, Result result);
    event Reviewed(uint256 indexed submissionId, address indexed reviewer, bool accepts, bytes32 reason);
    event Appealed(uint256 indexed submissionId, address indexed appellant);
    event Ruled(uint256 indexed submissionId, address indexed arbiter, bool accepted, bool isOverruled);
    event SubmissionSettled(uint256 indexed submissionId, uint256 indexed jobId, SubmissionStatus status);
    event Credited(uint256 indexed jobId, address indexed account, uint256 amount);
    event AssetCredited(uint256 indexed jobId, uint256 indexed assetId, uint256 amount);
    event AssetPaid(uint256 indexed assetId, uint256 amount);
    event JobRefunded(uint256 indexed jobId, uint256 amount);
    event ResultRegistered(uint256 indexed jobId, uint256 indexed assetId, address shares);
    event Withdrawn(address indexed account, address indexed recipient, uint256 amount);

    error UnknownJob(uint256 jobId);
    error InvalidTerms(uint8 reason);
    error TermsMismatch(uint256 jobId);
    error JobNotOpen(uint256 jobId, JobStatus status);
    error TooLate(uint64 until, uint256 timestamp);
    error TooEarly(uint256 from, uint256 timestamp);
    error AlreadyJoined(uint256 jobId, address account, Role role);
    error TooManyParticipants(uint256 max);
    error NotAssetOfAccount(uint256 assetId, address account);
    error NotTuner(uint256 jobId, address account);
    error WrongPayment(uint256 paid, uint256 expected);
    error InvalidParts(uint256 index);
    error UnknownSubmission(uint256 submissionId);
    error SubmissionClosed(uint256 submissionId);
    error PartiesDoNotReview(address account);
    error AlreadyReviewed(uint256 submissionId, address account);
    error NoSeatLeft(uint256 submissionId);
    error ReviewerStakeTooLow(address account, uint256 stake, uint256 required);
    error Undecided(uint256 submissionId);
    error NotAppealed(uint256 submissionId);
    error NotArbiter(address caller, address arbiter);
    error SubmissionsOpen(uint256 jobId, uint256 count);
    error NothingToWithdraw(address account);
    error InvalidRecipient(address recipient);
    error ResultAlreadyRegistered(uint256 jobId, uint256 assetId);

    /// @notice Opens a job; the value sent is its bounty.
    function open(JobTerms calldata terms) external payable returns (uint256 jobId);

    /// @notice Joins a job under its terms. A data provider may name a dataset of its own.
    /// @return participant its index in the job
    function join(
        uint256 jobId,
        JobTerms calldata terms,
        Role role,
        uint256 assetId,
        bytes32 evidence
    ) external returns (uint256 participant);

    /// @notice Submits a result. Only a tuner of the job; the value sent pays the reviewers.
    function submit(
        uint256 jobId,
        JobTerms calldata terms,
        Result calldata result
    ) external payable returns (uint256 submissionId);

    /// @notice Appends states after training steps to the submission's native record, as long as it is under review.
    function recordSteps(uint256 submissionId, uint256 first, bytes32[] calldata states) external;

    /// @notice Takes a seat and reviews. Anyone with enough at stake who is not a party to the job, once; paid at once.
    function review(uint256 submissionId, JobTerms calldata terms, bool accepts, bytes32 reason) external;

    /// @notice Asks for a ruling, against what the reviewers decided. Anyone, once, for the appeal's bond.
    function appeal(uint256 submissionId, JobTerms calldata terms) external payable;

    /// @notice Rules on an appeal. If it overrules the reviewers, the bond comes back and those who were wrong lose a part
    /// of their stake; otherwise the bond is the treasury's.
    function rule(uint256 submissionId, JobTerms calldata terms, bool accepted) external;

    /// @notice Settles a submission that is decided beyond appeal. Anyone may call. An appeal that nobody ruled on in 30
    /// days leaves the decision as it was, and its bond comes back.
    function settle(uint256 submissionId, JobTerms calldata terms, Result calldata result) external;

    /// @notice Gives the bounty back to the opener, when the time for submissions is over and none is left to decide.
    function refund(uint256 jobId, JobTerms calldata terms) external;

    /// @notice Registers the winning result as an asset derived from what it was made of, and makes its shares. Anyone may
    /// call. The job's opener is its creator: parents must let it derive.
    function registerResult(
        uint256 jobId,
        JobTerms calldata terms,
        Result calldata result,
        ResultTemplate calldata template
    ) external returns (uint256 assetId);

    /// @notice Brings what jobs owe an asset into its revenue. Anyone may call.
    function payAsset(uint256 assetId) external returns (uint256 amount);

    /// @notice Pays the caller's balance to `recipient`.
    function withdraw(address payable recipient) external returns (uint256 amount);

    function jobCount() external view returns (uint256);

    function submissionCount() external view returns (uint256);

    function getJob(uint256 jobId) external view returns (Job memory);

    function getSubmission(uint256 submissionId) external view returns (Submission memory);

    function participantsOf(uint256 jobId) external view returns (Participant[] memory);

    /// @notice Whether the reviewers have decided (all seats, or the time is over), and what. No reviews: rejected.
    function outcomeOf(uint256 submissionId, JobTerms calldata terms) external view returns (bool isDecided, bool accepted);

    function balanceOf(address account) external view returns (uint256);

    function assetBalanceOf(uint256 assetId) external view returns (uint256);

    /// @notice Bounties of open jobs, fees of unsettled submissions and bonds of appeals, in wei.
    function escrowed() external view returns (uint256);

    /// @notice Key of a submission's native record; the job's id there is keccak256(abi.encode(0x…1021, key)).
    function recordKeyOf(uint256 submissionId) external pure returns (bytes32);

    function hashTerms(JobTerms calldata terms) external pure returns (bytes32);

    function hashTemplate(ResultTemplate calldata template) external pure returns (bytes32);
}
