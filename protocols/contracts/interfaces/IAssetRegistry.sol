// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title The registry of AI assets, the system contract at 0x…1011
/// @notice An asset is registered once, with its whole terms: what it is, from which assets it was made, who contributed
/// which part, and what a licence or a derivative costs. All named contributors agree to the terms by signature before
/// the asset exists; after that the terms never change, but for a price that is lowered and an asset that is retired.
///
/// Assets form a directed acyclic graph: parents exist before their children and are never added later. Because every
/// royalty in it is frozen, what each ancestor gets of an asset's revenue is a constant, worked out once at registration
/// (see `lineage`).
/// @custom:source Sahara AI litepaper, "AI Asset Registry SBPs" and "Receipt / Share / License"
interface IAssetRegistry {
    /// @dev The first three can be registered; the others are laid out for the kinds to come.
    enum AssetKind {
        Dataset,
        Model,
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
        /// Share of what the asset keeps of its revenue, in basis points; above 0, and 10,000 over all contributors.
        uint16 weight;
    }

    /// @notice Everything that is agreed and then frozen. This is the EIP-712 message that contributors sign.
    struct AssetTerms {
        AssetKind kind;
        /// Who registers; the only account that may lower the price, list the model or retire the asset.
        address creator;
        /// The content's CID, version 1, in binary (the bytes under the multibase text).
        bytes contentId;
        /// keccak256 of the content's bytes.
        bytes32 contentDigest;
        /// Length of the content in bytes.
        uint64 contentSize;
        /// Assets that this one was made from; distinct.
        uint256[] parents;
        Contributor[] contributors;
        /// Part of a direct derivative's revenue that it owes to this asset, in basis points.
        uint16 royalty;
        DerivativePolicy derivatives;
        /// Licence kinds for sale: bit k is ILicensing.LicenseKind k.
        uint8 licenseMenu;
        /// Price of a full-access licence, in wei. 0 is free.
        uint128 licensePrice;
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
        uint8 licenseMenu;
        uint64 contentSize;
        /// Seconds.
        uint64 registeredAt;
        uint128 licensePrice;
        bytes32 contentDigest;
        bytes32 termsHash;
        bytes contentId;
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
    event ContributorRecorded(uint256 indexed assetId, address indexed account, ContributorRole role, uint16 weight);
    event LicensePriceLowered(uint256 indexed assetId, uint128 previousPrice, uint128 price);
    event AssetRetired(uint256 indexed assetId);

    error UnknownAsset(uint256 assetId);
    error NotCreator(uint256 assetId, address caller);
    error AssetNotActive(uint256 assetId, AssetStatus status);
    /// @notice Terms are registered by the creator they name.
    error CreatorMustRegister(address creator, address caller);
    error TermsExpired(uint64 deadline, uint256 timestamp);
    /// @notice These very terms are registered; a signature is good for one asset.
    error TermsAlreadyRegistered(bytes32 termsHash, uint256 assetId);
    error UnsupportedKind(AssetKind kind);
    error UnsupportedLicenseMenu(uint8 licenseMenu);
    error InvalidContentId();
    error EmptyContent();
    error NoContributors();
    error TooManyContributors(uint256 count, uint256 max);
    error InvalidContributor(address account);
    error DuplicateContributor(address account);
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
    error PriceNotLower(uint128 price, uint128 currentPrice);

    /// @notice Registers an asset under terms that all its contributors agree to.
    /// @param terms see AssetTerms; the caller must be `terms.creator`
    /// @param signatures one for each contributor, in their order: the EIP-712 signature of `hashTerms(terms)` by an
    /// ordinary account (65 bytes) or by a contract account (ERC-1271); empty for the caller, who consents by calling
    /// @return assetId 1 for the first asset, then one more for each
    function register(AssetTerms calldata terms, bytes[] calldata signatures) external returns (uint256 assetId);

    /// @notice Lowers the price of a full-access licence. It can never be raised.
    function lowerLicensePrice(uint256 assetId, uint128 price) external;

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

    function contributorsOf(uint256 assetId) external view returns (Contributor[] memory);

    /// @notice The account's part in basis points of what the asset keeps; 0 for a stranger.
    function weightOf(uint256 assetId, address account) external view returns (uint16);

    function parentsOf(uint256 assetId) external view returns (uint256[] memory);

    /// @notice All ancestors, the parents first, and what each keeps of one unit of this asset's revenue after paying its
    /// own ancestors. Exact: a share is an integer number of 1e-32; the asset itself keeps what is left to 1e32.
    function lineage(uint256 assetId) external view returns (uint256[] memory ancestors, uint256[] memory shares);
}
