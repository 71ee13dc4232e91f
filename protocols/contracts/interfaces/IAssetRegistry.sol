// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title The registry of AI assets, the system contract at 0x…1011
/// @notice An asset is registered once, with its whole terms: what it is, from which assets it was made, who contributed
/// which part, how its revenue is divided, and which licences and derivatives there may be, at which price. All named
/// contributors agree to the terms by signature before the asset exists; after that the terms never change, but for a
/// price that is lowered. Versions of the content are added, and an asset can be retired; neither touches the terms.
///
/// Assets form a directed acyclic graph: parents exist before their children and are never added later. Because every
/// royalty in it is frozen, what each ancestor gets of an asset's revenue is a constant, worked out once at registration
/// (see `lineage`).
/// @custom:source Sahara AI litepaper, "AI Asset Registry SBPs" and "Receipt / Share / License"
interface IAssetRegistry {
    enum AssetKind {
        Dataset,
        Model,
        /// An adapter of a model, such as LoRA weights; a model or an adapter is among its parents.
        Adapter,
        Agent,
        KnowledgeBase,
        ComputeOffer,
        Application
    }

    enum AssetStatus {
        None,
        Active,
        /// No new licences, listings, requests or derivatives; licences sold and royalties owed stay as they are.
        Retired
    }

    enum ContributorRole {
        DataProvider,
        Annotator,
        Reviewer,
        Trainer,
        Tuner,
        ComputeProvider,
        Other
    }

    /// @dev Whether others may register assets made from this one.
    enum DerivativePolicy {
        /// Only the creator may.
        Forbidden,
        /// Whoever holds a licence with the right to derive may.
        Licensed,
        /// Anyone may.
        Open
    }

    struct Contributor {
        address account;
        ContributorRole role;
        /// Share of what the asset's contributors get, in basis points; above 0, and 10,000 over all named contributors.
        uint16 weight;
        /// Hash of what was contributed, or of the evidence for it. Zero: the asset's content itself.
        bytes32 contribution;
    }

    /// @notice The licence menu: which licences are for sale, at which price, and what their holders may do.
    struct LicenseTerms {
        /// Licence kinds for sale: bit k is ILicensing.LicenseKind k.
        uint8 menu;
        /// Licence kinds that may change hands, likewise. Partnership and API licences are personal: never.
        uint8 transferable;
        /// Part of a licence's or share's resale price that is the asset's revenue, in basis points; at most 5,000.
        uint16 resaleCommission;
        /// What a licensee may use the asset for: bit k is ILicensing.Use k.
        uint16 uses;
        /// Where: a bit set whose meaning is ILicensing.Territory; 0 is everywhere.
        uint32 territories;
        /// Least part of a partner's revenue that a partnership agreement may provide for, in basis points.
        uint16 partnershipShare;
        /// Length of a long-term licence, in seconds.
        uint32 period;
        /// Seconds in which the content's key is delivered to the buyer of full access, who gets the money back after
        /// them. 0: there is no key to deliver, the content is public.
        uint32 deliveryTimeout;
        /// Prices in wei: of full access; of one call with an API licence; of a long-term licence's period. 0 is free.
        uint96 fullAccessPrice;
        uint96 callPrice;
        uint96 periodPrice;
        /// Hash of the criteria by which API licensees are approved. Zero: everyone is.
        bytes32 eligibility;
        /// Who decides contested claims of breach. Zero: governance.
        address arbiter;
    }

    /// @notice Everything that is agreed and then frozen. This is the EIP-712 message that contributors sign.
    struct AssetTerms {
        AssetKind kind;
        /// Who registers; the only account that may lower a price, add a version, list the model or retire the asset.
        address creator;
        /// The content's CID, version 1, in binary (the bytes under the multibase text), of a 32-byte digest.
        bytes contentId;
        /// keccak256 of the content's bytes.
        bytes32 contentDigest;
        /// Length of the content in bytes.
        uint64 contentSize;
        /// Whatever is particular to the kind (a model's architecture, a compute offer's capacity), at most 512 bytes;
        /// by convention the binary or text of a document that says so in its first bytes.
        bytes kindData;
        /// Where the content, encrypted or not, can be had; at most 256 bytes. May be empty: the content id finds it.
        string accessUri;
        /// Assets that this one was made from; distinct.
        uint256[] parents;
        Contributor[] contributors;
        /// Part of a direct derivative's revenue that it owes to this asset, in basis points.
        uint16 royalty;
        DerivativePolicy derivatives;
        /// How much weight contributions recorded after registration may have in all, on top of 10,000; at most 10,000.
        uint16 laterWeight;
        LicenseTerms licenses;
        /// Part of what the asset keeps that goes to the holders of its shares, in basis points; the contributors get the
        /// rest.
        uint16 sharesRatio;
        /// IShares.hashShareTerms of the shares' terms; zero when, and only when, the ratio is.
        bytes32 shareTerms;
        /// Tells otherwise equal terms apart; any value.
        bytes32 salt;
        /// Last second at which these terms may be registered: consent does not stand for ever.
        uint64 deadline;
    }

    struct Asset {
        AssetKind kind;
        AssetStatus status;
        address creator;
        /// Length of the longest path to an asset without parents.
        uint8 depth;
        uint16 royalty;
        DerivativePolicy derivatives;
        uint16 laterWeight;
        uint16 sharesRatio;
        uint64 contentSize;
        /// Seconds.
        uint64 registeredAt;
        /// 1 for the content that was registered, and one more for each version that was added.
        uint32 versionCount;
        bytes32 contentDigest;
        bytes32 termsHash;
        bytes32 shareTerms;
        bytes contentId;
    }

    /// @dev Why licence terms are refused.
    enum InvalidLicense {
        /// The menu or what is transferable names a kind that there is not.
        UnknownKind,
        /// Partnership and API licences are personal.
        PersonalKindTransferable,
        CommissionTooHigh,
        PartnershipShareTooHigh,
        /// A long-term licence needs a period of at least a second; without one on the menu there is none.
        Period,
        /// More than 30 days.
        DeliveryTimeout
    }

    struct Version {
        /// Seconds.
        uint64 publishedAt;
        uint64 contentSize;
        bytes32 contentDigest;
        bytes contentId;
        string accessUri;
    }

    event AssetRegistered(
        uint256 indexed assetId,
        address indexed creator,
        bytes32 indexed contentDigest,
        AssetKind kind,
        bytes contentId,
        uint256[] parents,
        bytes32 termsHash
    );
    /// @notice What AssetRegistered has no room for; the terms of its licences are those of `licenseTermsOf`.
    event AssetDescribed(uint256 indexed assetId, bytes kindData, string accessUri);
    /// @notice A training job registered its result; `consent` is the hash of the job's terms, which its contributors
    /// signed.
    event RegisteredForJob(uint256 indexed assetId, bytes32 indexed consent);
    event VersionPublished(
        uint256 indexed assetId,
        uint256 indexed version,
        bytes32 indexed contentDigest,
        bytes contentId,
        uint64 contentSize,
        string accessUri
    );
    /// @param kind an ILicensing.LicenseKind
    event PriceLowered(uint256 indexed assetId, uint8 indexed kind, uint96 previousPrice, uint96 price);
    event AssetRetired(uint256 indexed assetId);

    error UnknownAsset(uint256 assetId);
    error NotCreator(uint256 assetId, address caller);
    error AssetNotActive(uint256 assetId, AssetStatus status);
    /// @notice Terms are registered by the creator they name.
    error CreatorMustRegister(address creator, address caller);
    error TermsExpired(uint64 deadline, uint256 timestamp);
    /// @notice These very terms are registered; a signature is good for one asset.
    error TermsAlreadyRegistered(bytes32 termsHash, uint256 assetId);
    error InvalidLicenseTerms(InvalidLicense reason);
    error InvalidContentId();
    error EmptyContent();
    error DataTooLong(uint256 length, uint256 max);
    error LaterWeightTooHigh(uint256 weight, uint256 max);
    /// @notice Shares need terms and a ratio between 1 and 10,000; without shares both are zero.
    error InvalidShareTerms(uint256 sharesRatio, bytes32 shareTerms);
    error NotTrainingJobs(address caller);
    error NoPrice(uint8 kind);
    error UnknownVersion(uint256 assetId, uint256 version);
    error NoContributors();
    error TooManyContributors(uint256 count, uint256 max);
    error InvalidContributor(address account);
    error ZeroWeight(address account);
    error WeightsMustSumToTenThousand(uint256 sum);
    error SignatureCountMismatch(uint256 signatures, uint256 contributors);
    /// @notice This contributor has not signed the terms.
    error ConsentMissing(address contributor);
    error TooManyParents(uint256 count, uint256 max);
    error DuplicateParent(uint256 parentId);
    error TooDeep(uint256 depth, uint256 max);
    error TooManyAncestors(uint256 count, uint256 max);
    error DerivativeNotAllowed(uint256 parentId, address creator);
    /// @notice An adapter has the model it adapts, or an adapter of it, among its parents.
    error AdapterNeedsModel();
    error RoyaltyTooHigh(uint256 royalty, uint256 max);
    /// @notice What the parents ask together leaves too little to the asset.
    error RoyaltyStackTooHigh(uint256 sum, uint256 max);
    error PriceNotLower(uint256 price, uint256 currentPrice);

    /// @notice Registers an asset under terms that all its contributors agree to.
    /// @param terms see AssetTerms; the caller must be `terms.creator`
    /// @param signatures one for each contributor, in their order: the EIP-712 signature of `hashTerms(terms)` by an
    /// ordinary account (65 bytes) or by a contract account (ERC-1271); empty for the caller, who consents by calling
    /// @return assetId 1 for the first asset, then one more for each
    function register(AssetTerms calldata terms, bytes[] calldata signatures) external returns (uint256 assetId);

    /// @notice Registers the result of a training job, for TrainingJobs (0x…1021) alone. The job's contributors agreed to
    /// the job's terms, from which these follow, before there was a content to sign for; TrainingJobs answers for that.
    /// Everything else is as in `register`; parents must allow derivatives by `terms.creator`.
    /// @param consent hash of the terms that the contributors signed
    function registerForJob(AssetTerms calldata terms, bytes32 consent) external returns (uint256 assetId);

    /// @notice Adds a version of the content, under the same terms. Versions are never changed or removed.
    /// @return version 2 for the first that is added
    function publishVersion(
        uint256 assetId,
        bytes calldata contentId,
        bytes32 contentDigest,
        uint64 contentSize,
        string calldata accessUri
    ) external returns (uint256 version);

    /// @notice Lowers the price of a licence: full access, a call of an API licence, or a long-term licence's period. It
    /// can never be raised.
    /// @param kind an ILicensing.LicenseKind
    function lowerPrice(uint256 assetId, uint8 kind, uint96 price) external;

    /// @notice Takes the asset off the market for good.
    function retire(uint256 assetId) external;

    /// @notice The EIP-712 digest of terms, which contributors sign.
    /// Domain: name "Qanat AssetRegistry", version "1", this chain, this contract.
    function hashTerms(AssetTerms calldata terms) external view returns (bytes32);

    /// @notice How many assets there are; ids are 1 to this number.
    function assetCount() external view returns (uint256);

    /// @notice Reverts with UnknownAsset.
    function getAsset(uint256 assetId) external view returns (Asset memory);

    /// @notice None for an id that is not registered.
    function statusOf(uint256 assetId) external view returns (AssetStatus);

    /// @notice The zero address for an id that is not registered.
    function creatorOf(uint256 assetId) external view returns (address);

    /// @notice 0 when no asset has these terms.
    function assetOfTerms(bytes32 termsHash) external view returns (uint256 assetId);

    /// @notice All contributors, named ones first and then those recorded since (see IOwnershipReceipts, which has them).
    function contributorsOf(uint256 assetId) external view returns (Contributor[] memory);

    /// @notice The account's weight: of 10,000 for the named contributors together, plus what was recorded later (see
    /// IAttribution.totalWeight). 0 for a stranger.
    function weightOf(uint256 assetId, address account) external view returns (uint16);

    /// @notice The frozen licence terms, with prices as they are now. Reverts with UnknownAsset.
    function licenseTermsOf(uint256 assetId) external view returns (LicenseTerms memory);

    /// @notice A version of the content, 1 being what was registered. Reverts with UnknownAsset or UnknownVersion.
    function versionOf(uint256 assetId, uint256 version) external view returns (Version memory);

    /// @notice What is particular to the kind, as registered.
    function kindDataOf(uint256 assetId) external view returns (bytes memory);

    function parentsOf(uint256 assetId) external view returns (uint256[] memory);

    /// @notice All ancestors, the parents first, and what each keeps of one unit of this asset's revenue after paying its
    /// own ancestors. Exact: a share is an integer number of 1e-32; the asset itself keeps what is left to 1e32.
    function lineage(uint256 assetId) external view returns (uint256[] memory ancestors, uint256[] memory shares);
}
