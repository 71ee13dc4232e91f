// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {EIP712Upgradeable} from "@openzeppelin/contracts-upgradeable/utils/cryptography/EIP712Upgradeable.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

import {IAssetRegistry} from "./interfaces/IAssetRegistry.sol";
import {ILicensing} from "./interfaces/ILicensing.sol";
import {AssetTermsHash} from "./libraries/AssetTermsHash.sol";
import {Lineage} from "./libraries/Lineage.sol";
import {SystemAddresses} from "./system/SystemAddresses.sol";

/// @title AssetRegistry
/// @notice Implements IAssetRegistry, where every function is described.
contract AssetRegistry is IAssetRegistry, EIP712Upgradeable {
    uint256 public constant MAX_CONTRIBUTORS = 32;
    /// @dev A CIDv1 with a 64-byte digest and multi-byte codes stays below this.
    uint256 public constant MAX_CONTENT_ID_BYTES = 96;
    /// @dev Version, codec, hash function and digest length take a byte each at least.
    uint256 public constant MIN_CONTENT_ID_BYTES = 5;
    /// @dev Most that an asset may ask of a direct derivative, in basis points.
    uint256 public constant MAX_ROYALTY = 5_000;
    uint256 private constant TEN_THOUSAND = 10_000;

    /// @dev Ordered so that what is read together shares a slot.
    struct AssetRecord {
        address creator;
        AssetKind kind;
        AssetStatus status;
        DerivativePolicy derivatives;
        uint8 licenseMenu;
        uint16 royalty;
        uint8 depth;
        uint8 parentCount;
        uint8 contributorCount;
        uint128 licensePrice;
        uint64 contentSize;
        uint64 registeredAt;
        bytes32 contentDigest;
        bytes32 termsHash;
        bytes contentId;
    }

    /// @custom:storage-location erc7201:qanat.storage.AssetRegistry
    struct AssetRegistryStorage {
        uint256 assetCount;
        mapping(uint256 assetId => AssetRecord) assets;
        mapping(bytes32 termsHash => uint256 assetId) assetOfTerms;
        mapping(uint256 assetId => mapping(uint256 index => Contributor)) contributors;
        mapping(uint256 assetId => mapping(address account => uint16)) weights;
        mapping(uint256 assetId => Lineage.Ancestor[]) ancestors;
    }

    // keccak256(abi.encode(uint256(keccak256("qanat.storage.AssetRegistry")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE_LOCATION = 0x1cefe0b0fd34c7c65d89f399e150abdd5e318427f8d18bbd1915928b205d1500;

    /// @inheritdoc IAssetRegistry
    function register(
        AssetTerms calldata terms,
        bytes[] calldata signatures
    ) external returns (uint256 assetId) {
        if (msg.sender != terms.creator) revert CreatorMustRegister(terms.creator, msg.sender);
        if (block.timestamp > terms.deadline) revert TermsExpired(terms.deadline, block.timestamp);
        _checkContent(terms);
        bytes32 termsHash = hashTerms(terms);
        _checkConsent(terms.contributors, signatures, termsHash);

        AssetRegistryStorage storage $ = _storage();
        assetId = $.assetOfTerms[termsHash];
        if (assetId != 0) revert TermsAlreadyRegistered(termsHash, assetId);
        assetId = ++$.assetCount;
        $.assetOfTerms[termsHash] = assetId;

        uint256 depth = _recordLineage($, assetId, terms);
        _recordAsset($.assets[assetId], terms, termsHash, depth);
        emit AssetRegistered(
            assetId,
            terms.creator,
            terms.contentDigest,
            terms.kind,
            terms.contentId,
            terms.parents,
            termsHash
        );
        _recordContributors($, assetId, terms.contributors);
    }

    /// @inheritdoc IAssetRegistry
    function lowerLicensePrice(uint256 assetId, uint128 price) external {
        AssetRecord storage asset = _activeAssetOfCaller(assetId);
        uint128 previousPrice = asset.licensePrice;
        if (price >= previousPrice) revert PriceNotLower(price, previousPrice);
        asset.licensePrice = price;
        emit LicensePriceLowered(assetId, previousPrice, price);
    }

    /// @inheritdoc IAssetRegistry
    function retire(uint256 assetId) external {
        _activeAssetOfCaller(assetId).status = AssetStatus.Retired;
        emit AssetRetired(assetId);
    }

    /// @inheritdoc IAssetRegistry
    function hashTerms(AssetTerms calldata terms) public view returns (bytes32) {
        return _hashTypedDataV4(AssetTermsHash.structHash(terms));
    }

    /// @inheritdoc IAssetRegistry
    function assetCount() external view returns (uint256) {
        return _storage().assetCount;
    }

    /// @inheritdoc IAssetRegistry
    function getAsset(uint256 assetId) external view returns (Asset memory) {
        AssetRecord storage asset = _existing(assetId);
        return
            Asset({
                kind: asset.kind,
                status: asset.status,
                creator: asset.creator,
                depth: asset.depth,
                royalty: asset.royalty,
                derivatives: asset.derivatives,
                licenseMenu: asset.licenseMenu,
                contentSize: asset.contentSize,
                registeredAt: asset.registeredAt,
                licensePrice: asset.licensePrice,
                contentDigest: asset.contentDigest,
                termsHash: asset.termsHash,
                contentId: asset.contentId
            });
    }

    /// @inheritdoc IAssetRegistry
    function statusOf(uint256 assetId) external view returns (AssetStatus) {
        return _storage().assets[assetId].status;
    }

    /// @inheritdoc IAssetRegistry
    function creatorOf(uint256 assetId) external view returns (address) {
        return _storage().assets[assetId].creator;
    }

    /// @inheritdoc IAssetRegistry
    function assetOfTerms(bytes32 termsHash) external view returns (uint256 assetId) {
        return _storage().assetOfTerms[termsHash];
    }

    /// @inheritdoc IAssetRegistry
    function contributorsOf(uint256 assetId) external view returns (Contributor[] memory contributors) {
        uint256 count = _existing(assetId).contributorCount;
        contributors = new Contributor[](count);
        for (uint256 i = 0; i < count; ++i) {
            contributors[i] = _storage().contributors[assetId][i];
        }
    }

    /// @inheritdoc IAssetRegistry
    function weightOf(uint256 assetId, address account) external view returns (uint16) {
        return _storage().weights[assetId][account];
    }

    /// @inheritdoc IAssetRegistry
    function parentsOf(uint256 assetId) external view returns (uint256[] memory parents) {
        uint256 count = _existing(assetId).parentCount;
        Lineage.Ancestor[] storage ancestors = _storage().ancestors[assetId];
        parents = new uint256[](count);
        for (uint256 i = 0; i < count; ++i) parents[i] = ancestors[i].assetId;
    }

    /// @inheritdoc IAssetRegistry
    function lineage(
        uint256 assetId
    ) external view returns (uint256[] memory ancestorIds, uint256[] memory shares) {
        _existing(assetId);
        Lineage.Ancestor[] storage ancestors = _storage().ancestors[assetId];
        uint256 count = ancestors.length;
        ancestorIds = new uint256[](count);
        shares = new uint256[](count);
        for (uint256 i = 0; i < count; ++i) {
            Lineage.Ancestor memory ancestor = ancestors[i];
            ancestorIds[i] = ancestor.assetId;
            shares[i] = ancestor.share;
        }
    }

    function _checkContent(AssetTerms calldata terms) private pure {
        if (uint8(terms.kind) > uint8(AssetKind.Adapter)) revert UnsupportedKind(terms.kind);
        // Only full access can be bought so far; an asset may also not be for sale at all.
        if (terms.licenseMenu & ~uint8(1 << uint8(ILicensing.LicenseKind.FullAccess)) != 0) {
            revert UnsupportedLicenseMenu(terms.licenseMenu);
        }
        uint256 length = terms.contentId.length;
        if (length < MIN_CONTENT_ID_BYTES || length > MAX_CONTENT_ID_BYTES || terms.contentId[0] != 0x01) {
            revert InvalidContentId();
        }
        if (terms.contentSize == 0 || terms.contentDigest == 0) revert EmptyContent();
        if (terms.royalty > MAX_ROYALTY) revert RoyaltyTooHigh(terms.royalty, MAX_ROYALTY);
    }

    function _checkConsent(
        Contributor[] calldata contributors,
        bytes[] calldata signatures,
        bytes32 termsHash
    ) private view {
        uint256 count = contributors.length;
        if (count == 0) revert NoContributors();
        if (count > MAX_CONTRIBUTORS) revert TooManyContributors(count, MAX_CONTRIBUTORS);
        if (signatures.length != count) revert SignatureCountMismatch(signatures.length, count);
        for (uint256 i = 0; i < count; ++i) {
            address account = contributors[i].account;
            if (account == address(0)) revert InvalidContributor(account);
            if (account == msg.sender) continue;
            if (!SignatureChecker.isValidSignatureNowCalldata(account, termsHash, signatures[i])) {
                revert ConsentMissing(account);
            }
        }
    }

    function _recordAsset(
        AssetRecord storage asset,
        AssetTerms calldata terms,
        bytes32 termsHash,
        uint256 depth
    ) private {
        asset.creator = terms.creator;
        asset.kind = terms.kind;
        asset.status = AssetStatus.Active;
        asset.derivatives = terms.derivatives;
        asset.licenseMenu = terms.licenseMenu;
        asset.royalty = terms.royalty;
        asset.depth = uint8(depth);
        asset.parentCount = uint8(terms.parents.length);
        asset.contributorCount = uint8(terms.contributors.length);
        asset.licensePrice = terms.licensePrice;
        asset.contentSize = terms.contentSize;
        asset.registeredAt = uint64(block.timestamp);
        asset.contentDigest = terms.contentDigest;
        asset.termsHash = termsHash;
        asset.contentId = terms.contentId;
    }

    function _recordContributors(
        AssetRegistryStorage storage $,
        uint256 assetId,
        Contributor[] calldata contributors
    ) private {
        uint256 sum = 0;
        for (uint256 i = 0; i < contributors.length; ++i) {
            Contributor calldata contributor = contributors[i];
            address account = contributor.account;
            uint16 weight = contributor.weight;
            if (weight == 0) revert ZeroWeight(account);
            if ($.weights[assetId][account] != 0) revert DuplicateContributor(account);
            sum += weight;
            $.weights[assetId][account] = weight;
            $.contributors[assetId][i] = Contributor(account, contributor.role, weight);
            emit ContributorRecorded(assetId, account, contributor.role, weight);
        }
        if (sum != TEN_THOUSAND) revert WeightsMustSumToTenThousand(sum);
    }

    /// @return depth of the new asset
    function _recordLineage(
        AssetRegistryStorage storage $,
        uint256 assetId,
        AssetTerms calldata terms
    ) private returns (uint256 depth) {
        uint256[] calldata parents = terms.parents;
        if (parents.length > Lineage.MAX_PARENTS) revert TooManyParents(parents.length, Lineage.MAX_PARENTS);
        uint256 royaltySum = 0;
        bool adaptsModel = false;
        Lineage.Builder memory builder = Lineage.create();

        // Parents stand first, so that they can be told from the other ancestors.
        for (uint256 i = 0; i < parents.length; ++i) {
            uint256 parentId = parents[i];
            AssetRecord storage parent = _existing(parentId);
            _checkDerivation(parent, parentId, terms.creator);
            if (parent.depth + 1 > depth) depth = parent.depth + 1;
            if (parent.kind == AssetKind.Model || parent.kind == AssetKind.Adapter) adaptsModel = true;
            royaltySum += parent.royalty;
            if (!Lineage.addParent(builder, parentId)) revert DuplicateParent(parentId);
        }
        if (terms.kind == AssetKind.Adapter && !adaptsModel) revert AdapterNeedsModel();
        if (depth > Lineage.MAX_DEPTH) revert TooDeep(depth, Lineage.MAX_DEPTH);
        if (royaltySum > Lineage.MAX_ROYALTY_STACK) revert RoyaltyStackTooHigh(royaltySum, Lineage.MAX_ROYALTY_STACK);

        for (uint256 i = 0; i < parents.length; ++i) {
            uint256 parentId = parents[i];
            Lineage.addAncestorsOf(builder, parentId, $.assets[parentId].royalty, $.ancestors[parentId]);
        }
        Lineage.store(builder, $.ancestors[assetId]);
    }

    function _checkDerivation(AssetRecord storage parent, uint256 parentId, address creator) private view {
        if (parent.status != AssetStatus.Active) revert AssetNotActive(parentId, parent.status);
        DerivativePolicy policy = parent.derivatives;
        if (policy == DerivativePolicy.Open || parent.creator == creator) return;
        if (
            policy == DerivativePolicy.Licensed &&
            ILicensing(SystemAddresses.LICENSING).isAuthorized(creator, parentId, ILicensing.Right.Derive)
        ) return;
        revert DerivativeNotAllowed(parentId, creator);
    }

    function _existing(uint256 assetId) private view returns (AssetRecord storage asset) {
        asset = _storage().assets[assetId];
        if (asset.status == AssetStatus.None) revert UnknownAsset(assetId);
    }

    function _activeAssetOfCaller(uint256 assetId) private view returns (AssetRecord storage asset) {
        asset = _existing(assetId);
        if (asset.creator != msg.sender) revert NotCreator(assetId, msg.sender);
        if (asset.status != AssetStatus.Active) revert AssetNotActive(assetId, asset.status);
    }

    function _EIP712Name() internal pure override returns (string memory) {
        return "Qanat AssetRegistry";
    }

    function _EIP712Version() internal pure override returns (string memory) {
        return "1";
    }

    function _storage() private pure returns (AssetRegistryStorage storage $) {
        assembly {
            $.slot := STORAGE_LOCATION
        }
    }
}
