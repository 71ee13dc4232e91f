// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Identities, the system contract at 0x…1010
/// @notice One identity for a person, an organisation or an AI agent: who controls it, who may act for it, its name, where
/// its services are, what others attest about it, an agent's card, and a reputation.
///
/// A reputation moves only when somebody rates work that was settled and paid. Those who settle (the inference oracle, the
/// training jobs) report work; the client may rate it once; the rating weighs as much as the client paid, and no more than
/// the client has bonded. Accounts that paid nothing, or have nothing at stake, weigh nothing, however many there are. What
/// it costs to move a score is for everyone to see (`costOfPoint`).
/// @custom:source Sahara AI litepaper, "Sahara ID"
interface IIdentity {
    enum Kind {
        Person,
        Organisation,
        Agent
    }

    struct Profile {
        Kind kind;
        /// Seconds.
        uint64 createdAt;
        uint32 controllerCount;
        /// Empty when it has none.
        string name;
        /// Where the document about it is, for an agent its card; may be empty.
        string cardUri;
        /// keccak256 of that document.
        bytes32 cardHash;
    }

    struct Attestation {
        address attester;
        /// Second after which it is void; 0 never.
        uint64 expiresAt;
        bool isRevoked;
        /// What it says, or the hash of it, in terms of its schema.
        bytes32 data;
    }

    struct Work {
        uint256 providerId;
        address client;
        /// Seconds.
        uint64 settledAt;
        bool isRated;
        bool isVoid;
        /// Wei.
        uint128 paid;
        /// Of the rating, in wei; 0 before it.
        uint128 weight;
        /// In ten-thousandths.
        uint16 rating;
    }

    struct Reputation {
        /// In ten-thousandths; 5,000 without ratings.
        uint256 score;
        /// Sum of the ratings' weights, in wei.
        uint256 weight;
        /// Pieces of work settled, rated or not.
        uint256 workCount;
        /// Paid for them, in wei.
        uint256 paid;
    }

    event IdentityCreated(uint256 indexed identityId, Kind kind, address indexed controller);
    event ControllerAdded(uint256 indexed identityId, address indexed controller);
    event ControllerRemoved(uint256 indexed identityId, address indexed controller);
    event AccountProposed(uint256 indexed identityId, address indexed account);
    event AccountLinked(uint256 indexed identityId, address indexed account);
    event AccountUnlinked(uint256 indexed identityId, address indexed account);
    event DelegateSet(uint256 indexed identityId, address indexed delegate, bytes32 indexed purpose, uint64 expiresAt);
    event NameClaimed(uint256 indexed identityId, string name);
    event NameReleased(uint256 indexed identityId, string name);
    event NameFeeChanged(uint256 previous, uint256 current);
    event ServiceSet(uint256 indexed identityId, bytes32 indexed service, string endpoint);
    event CardSet(uint256 indexed identityId, string uri, bytes32 documentHash);
    event Attested(
        uint256 indexed identityId,
        address indexed attester,
        bytes32 indexed schema,
        bytes32 data,
        uint64 expiresAt
    );
    event AttestationRevoked(uint256 indexed identityId, address indexed attester, bytes32 indexed schema);
    event WorkRecorded(uint256 indexed identityId, bytes32 indexed workKey, address indexed client, uint256 paid);
    event WorkRated(uint256 indexed identityId, bytes32 indexed workKey, address indexed client, uint16 rating, uint256 weight);
    event WorkVoided(uint256 indexed identityId, bytes32 indexed workKey);

    error UnknownIdentity(uint256 identityId);
    error NotController(uint256 identityId, address caller);
    error AlreadyController(uint256 identityId, address account);
    error LastController(uint256 identityId);
    error TooManyControllers(uint256 identityId, uint256 max);
    error AccountTaken(address account, uint256 identityId);
    error AccountNotProposed(uint256 identityId, address account);
    error NotLinked(uint256 identityId, address account);
    error InvalidAccount(address account);
    error InvalidExpiry(uint64 expiresAt, uint256 timestamp);
    /// @notice A name has 3 to 32 characters: a to z, 0 to 9 and single hyphens inside.
    error InvalidName(string name);
    error NameTaken(string name, uint256 identityId);
    error HasName(uint256 identityId, string name);
    error NoName(uint256 identityId);
    error WrongFee(uint256 paid, uint256 fee);
    error TextTooLong(uint256 length, uint256 max);
    error NoAttestation(uint256 identityId, address attester, bytes32 schema);
    error NotReporter(address caller);
    error UnknownWork(bytes32 workKey);
    error NotClient(bytes32 workKey, address caller);
    error AlreadyRated(bytes32 workKey);
    error RatingClosed(bytes32 workKey, uint256 closedAt);
    error WorkIsVoid(bytes32 workKey);
    error InvalidRating(uint16 rating, uint16 max);
    error OnlyGovernance(address caller);
    error FeeTooHigh(uint256 fee, uint256 max);

    /// @notice Makes an identity that the caller controls and that the caller's account belongs to.
    function create(Kind kind) external returns (uint256 identityId);

    function addController(uint256 identityId, address controller) external;

    /// @notice The last controller stays.
    function removeController(uint256 identityId, address controller) external;

    /// @notice Asks an account to belong to the identity. Its work counts for the identity once it accepts.
    function proposeAccount(uint256 identityId, address account) external;

    /// @notice Links the caller's account, as proposed. An account belongs to one identity.
    function acceptAccount(uint256 identityId) external;

    /// @notice Ends the link. The account itself may, and a controller.
    function unlinkAccount(uint256 identityId, address account) external;

    /// @notice Lets an account act for the identity, for a purpose, until a time; 0 ends it.
    function setDelegate(uint256 identityId, address delegate, bytes32 purpose, uint64 expiresAt) external;

    /// @notice Takes a name that nobody has, for the name fee, which is the treasury's.
    function claimName(uint256 identityId, string calldata name) external payable;

    function releaseName(uint256 identityId) external;

    /// @notice Sets where a service of the identity is; an empty endpoint removes it.
    /// @param endpoint at most 256 bytes
    function setService(uint256 identityId, bytes32 service, string calldata endpoint) external;

    /// @notice Sets the document about the identity, for an agent its card.
    function setCard(uint256 identityId, string calldata uri, bytes32 documentHash) external;

    /// @notice Says something about an identity. Anyone may; a reader decides whose word counts. A second one of the same
    /// account and schema takes the place of the first.
    function attest(uint256 identityId, bytes32 schema, bytes32 data, uint64 expiresAt) external;

    function revokeAttestation(uint256 identityId, bytes32 schema) external;

    /// @notice Records settled, paid work. Only those who settle. Does nothing when the provider has no identity, or is of
    /// the client's.
    /// @param workId unique for the reporter
    function recordWork(bytes32 workId, address provider, address client, uint256 paid) external;

    /// @notice Takes work back that turned out badly after all, with its rating. Only its reporter.
    function voidWork(bytes32 workId) external;

    /// @notice Rates work that the caller paid for: once, within 30 days. The rating weighs what was paid, at most the
    /// caller's bond.
    /// @param rating 0 to 10,000
    function rate(bytes32 workKey, uint16 rating) external;

    /// @notice The key of a piece of work: keccak256(abi.encode(reporter, workId)).
    function workKeyOf(address reporter, bytes32 workId) external pure returns (bytes32);

    function getProfile(uint256 identityId) external view returns (Profile memory);

    function getWork(bytes32 workKey) external view returns (Work memory);

    function identityCount() external view returns (uint256);

    /// @notice The account's identity; 0 when it has none.
    function identityOf(address account) external view returns (uint256);

    /// @notice 0 when nobody has the name.
    function identityOfName(string calldata name) external view returns (uint256);

    function isController(uint256 identityId, address account) external view returns (bool);

    function isDelegate(uint256 identityId, address account, bytes32 purpose) external view returns (bool);

    function serviceOf(uint256 identityId, bytes32 service) external view returns (string memory);

    function attestationOf(
        uint256 identityId,
        address attester,
        bytes32 schema
    ) external view returns (Attestation memory);

    /// @notice Whether there is such an attestation that is neither revoked nor expired.
    function isAttested(uint256 identityId, address attester, bytes32 schema) external view returns (bool);

    function reputationOf(uint256 identityId) external view returns (Reputation memory);

    /// @notice Wei that clients with at least as much bonded would have to pay for work to move the score by one
    /// hundredth up, with the best ratings, or down, with the worst; the greatest number when nothing can.
    function costOfPoint(uint256 identityId) external view returns (uint256 up, uint256 down);

    function nameFee() external view returns (uint256);

    function setNameFee(uint256 fee) external;
}
