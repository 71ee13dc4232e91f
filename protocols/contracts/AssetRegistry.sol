// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {EIP712Upgradeable} from "@openzeppelin/contracts-upgradeable/utils/cryptography/EIP712Upgradeable.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

import {IAssetRegistry} from "./interfaces/IAssetRegistry.sol";
import {ILicensing} from "./interfaces/ILicensing.sol";
import {IOwnershipReceipts} from "./interfaces/IOwnershipReceipts.sol";
import {AssetTermsHash} from "./libraries/AssetTermsHash.sol";
import {ContentIds} from "./libraries/ContentIds.sol";
import {LicenseTermsRules} from "./libraries/LicenseTermsRules.sol";
import {Lineage} from "./libraries/Lineage.sol";
import {SystemAddresses} from "./system/SystemAddresses.sol";

/// @title AssetRegistry
/// @notice Implements IAssetRegistry, where every function is described.
contract AssetRegistry is IAssetRegistry, EIP712Upgradeable {
    uint256 public constant MAX_CONTRIBUTORS = 32;
    uint256 public constant MAX_KIND_DATA_BYTES = 512;
    uint256 public constant MAX_URI_BYTES = 256;
    /// @dev Most that an asset may ask of a direct derivative, in basis points.
    uint256 public constant MAX_ROYALTY = 5_000;
    uint256 public constant MAX_LATER_WEIGHT = 10_000;
    uint256 private constant TEN_THOUSAND = 10_000;

    /// @dev The first four slots are full; what follows costs a slot only where it is not zero.
    struct AssetRecord {
        address creator;
        AssetKind kind;
        AssetStatus status;
        DerivativePolicy derivatives;
        uint8 depth;
        uint8 parentCount;
        uint8 ancestorCount;
        uint16 royalty;
        uint16 laterWeight;
        uint16 sharesRatio;
        // slot 1
        uint96 fullAccessPrice;
        uint96 callPrice;
        uint32 period;
        uint32 deliveryTimeout;
        // slot 2
        uint96 periodPrice;
        uint8 menu;
        uint8 transferable;
        uint16 resaleCommission;
        uint16 uses;
        uint32 territories;
        uint16 partnershipShare;
        bytes8 contentPrefix;
        // slot 3
        uint64 contentSize;
        uint64 registeredAt;
        uint32 versionCount;
        uint8 contentPrefixLength;
        // and on
        bytes32 contentMultihashDigest;
        bytes32 contentDigest;
        bytes32 termsHash;
        bytes32 shareTerms;
        bytes32 eligibility;
        address arbiter;
        bytes kindData;
        string accessUri;
    }

    /// @custom:storage-location erc7201:qanat.storage.AssetRegistry
    struct AssetRegistryStorage {
        uint256 assetCount;
        mapping(uint256 assetId => AssetRecord) assets;
        mapping(bytes32 termsHash => uint256 assetId) assetOfTerms;
        mapping(uint256 assetId => mapping(uint256 index => Lineage.Ancestor)) ancestors;
        mapping(uint256 assetId => mapping(uint256 version => Version)) versions;
    }

    // keccak256(abi.encode(uint256(keccak256("qanat.storage.AssetRegistry")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE_LOCATION = 0x1cefe0b0fd34c7c65d89f399e150abdd5e318427f8d18bbd1915928b205d1500;

    IOwnershipReceipts private constant RECEIPTS = IOwnershipReceipts(SystemAddresses.OWNERSHIP_RECEIPTS);

    /// @inheritdoc IAssetRegistry
    function register(
        AssetTerms calldata terms,
        bytes[] calldata signatures
    ) external returns (uint256 assetId) {
        if (msg.sender != terms.creator) revert CreatorMustRegister(terms.creator, msg.sender);
        _checkContributors(terms.contributors);
        bytes32 termsHash = hashTerms(terms);
        _checkSignatures(terms.contributors, signatures, termsHash);
        return _register(terms, termsHash);
    }

    /// @inheritdoc IAssetRegistry
    function registerForJob(AssetTerms calldata terms, bytes32 consent) external returns (uint256 assetId) {
        if (msg.sender != SystemAddresses.TRAINING_JOBS) revert NotTrainingJobs(msg.sender);
        _checkContributors(terms.contributors);
        assetId = _register(terms, hashTerms(terms));
        emit RegisteredForJob(assetId, consent);
    }

    /// @inheritdoc IAssetRegistry
    function publishVersion(
        uint256 assetId,
        bytes calldata contentId,
        bytes32 contentDigest,
        uint64 contentSize,
        string calldata accessUri
    ) external returns (uint256 version) {
        AssetRecord storage asset = _activeAssetOfCaller(assetId);
        ContentIds.parse(contentId);
        _checkContent(contentDigest, contentSize, accessUri);
        version = uint256(asset.versionCount) + 1;
        asset.versionCount = uint32(version);
        _storage().versions[assetId][version] = Version(
            uint64(block.timestamp),
            contentSize,
            contentDigest,
            contentId,
            accessUri
        );
        emit VersionPublished(assetId, version, contentDigest, contentId, contentSize, accessUri);
    }

    /// @inheritdoc IAssetRegistry
    function lowerPrice(uint256 assetId, uint8 kind, uint96 price) external {
        AssetRecord storage asset = _activeAssetOfCaller(assetId);
        uint96 previousPrice;
        if (kind == uint8(ILicensing.LicenseKind.FullAccess)) {
            (previousPrice, asset.fullAccessPrice) = (asset.fullAccessPrice, price);
        } else if (kind == uint8(ILicensing.LicenseKind.Api)) {
            (previousPrice, asset.callPrice) = (asset.callPrice, price);
        } else if (kind == uint8(ILicensing.LicenseKind.LongTerm)) {
            (previousPrice, asset.periodPrice) = (asset.periodPrice, price);
        } else {
            revert NoPrice(kind);
        }
        if (price >= previousPrice) revert PriceNotLower(price, previousPrice);
        emit PriceLowered(assetId, kind, previousPrice, price);
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
                laterWeight: asset.laterWeight,
                sharesRatio: asset.sharesRatio,
                contentSize: asset.contentSize,
                registeredAt: asset.registeredAt,
                versionCount: asset.versionCount,
                contentDigest: asset.contentDigest,
                termsHash: asset.termsHash,
                shareTerms: asset.shareTerms,
                contentId: _contentIdOf(asset)
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
        _existing(assetId);
        uint256 count = RECEIPTS.contributorCount(assetId);
        contributors = new Contributor[](count);
        for (uint256 i = 0; i < count; ++i) {
            IOwnershipReceipts.Receipt memory receipt = RECEIPTS.getReceipt((assetId << 32) | i);
            contributors[i] = Contributor(receipt.account, receipt.role, receipt.weight, receipt.contribution);
        }
    }

    /// @inheritdoc IAssetRegistry
    function weightOf(uint256 assetId, address account) external view returns (uint16) {
        return RECEIPTS.weightOf(assetId, account);
    }

    /// @inheritdoc IAssetRegistry
    function licenseTermsOf(uint256 assetId) external view returns (LicenseTerms memory) {
        AssetRecord storage asset = _existing(assetId);
        return
            LicenseTerms({
                menu: asset.menu,
                transferable: asset.transferable,
                resaleCommission: asset.resaleCommission,
                uses: asset.uses,
                territories: asset.territories,
                partnershipShare: asset.partnershipShare,
                period: asset.period,
                deliveryTimeout: asset.deliveryTimeout,
                fullAccessPrice: asset.fullAccessPrice,
                callPrice: asset.callPrice,
                periodPrice: asset.periodPrice,
                eligibility: asset.eligibility,
                arbiter: asset.arbiter
            });
    }

    /// @inheritdoc IAssetRegistry
    function versionOf(uint256 assetId, uint256 version) external view returns (Version memory) {
        AssetRecord storage asset = _existing(assetId);
        if (version == 0 || version > asset.versionCount) revert UnknownVersion(assetId, version);
        if (version != 1) return _storage().versions[assetId][version];
        return
            Version(
                asset.registeredAt,
                asset.contentSize,
                asset.contentDigest,
                _contentIdOf(asset),
                asset.accessUri
            );
    }

    /// @inheritdoc IAssetRegistry
    function kindDataOf(uint256 assetId) external view returns (bytes memory) {
        return _existing(assetId).kindData;
    }

    /// @inheritdoc IAssetRegistry
    function parentsOf(uint256 assetId) external view returns (uint256[] memory parents) {
        uint256 count = _existing(assetId).parentCount;
        mapping(uint256 index => Lineage.Ancestor) storage ancestors = _storage().ancestors[assetId];
        parents = new uint256[](count);
        for (uint256 i = 0; i < count; ++i) parents[i] = ancestors[i].assetId;
    }

    /// @inheritdoc IAssetRegistry
    function lineage(
        uint256 assetId
    ) external view returns (uint256[] memory ancestorIds, uint256[] memory shares) {
        uint256 count = _existing(assetId).ancestorCount;
        mapping(uint256 index => Lineage.Ancestor) storage ancestors = _storage().ancestors[assetId];
        ancestorIds = new uint256[](count);
        shares = new uint256[](count);
        for (uint256 i = 0; i < count; ++i) {
            Lineage.Ancestor memory ancestor = ancestors[i];
            ancestorIds[i] = ancestor.assetId;
            shares[i] = ancestor.share;
        }
    }

    function _register(AssetTerms calldata terms, bytes32 termsHash) private returns (uint256 assetId) {
        if (block.timestamp > terms.deadline) revert TermsExpired(terms.deadline, block.timestamp);
        _checkTerms(terms);

        AssetRegistryStorage storage $ = _storage();
        assetId = $.assetOfTerms[termsHash];
        if (assetId != 0) revert TermsAlreadyRegistered(termsHash, assetId);
        assetId = ++$.assetCount;
        $.assetOfTerms[termsHash] = assetId;

        AssetRecord storage asset = $.assets[assetId];
        (asset.depth, asset.ancestorCount) = _recordLineage($, assetId, terms);
        _recordAsset(asset, terms, termsHash);
        _recordLicenses(asset, terms.licenses);
        emit AssetRegistered(
            assetId,
            terms.creator,
            terms.contentDigest,
            terms.kind,
            terms.contentId,
            terms.parents,
            termsHash
        );
        if (terms.kindData.length != 0 || bytes(terms.accessUri).length != 0) {
            emit AssetDescribed(assetId, terms.kindData, terms.accessUri);
        }
        RECEIPTS.issueMany(assetId, terms.sharesRatio, terms.contributors);
    }

    function _checkTerms(AssetTerms calldata terms) private pure {
        _checkContent(terms.contentDigest, terms.contentSize, terms.accessUri);
        if (terms.kindData.length > MAX_KIND_DATA_BYTES) {
            revert DataTooLong(terms.kindData.length, MAX_KIND_DATA_BYTES);
        }
        if (terms.royalty > MAX_ROYALTY) revert RoyaltyTooHigh(terms.royalty, MAX_ROYALTY);
        if (terms.laterWeight > MAX_LATER_WEIGHT) revert LaterWeightTooHigh(terms.laterWeight, MAX_LATER_WEIGHT);
        if (terms.sharesRatio > TEN_THOUSAND || (terms.sharesRatio == 0) != (terms.shareTerms == 0)) {
            revert InvalidShareTerms(terms.sharesRatio, terms.shareTerms);
        }
        LicenseTermsRules.check(terms.licenses);
    }

    function _checkContent(bytes32 contentDigest, uint64 contentSize, string calldata accessUri) private pure {
        if (contentSize == 0 || contentDigest == 0) revert EmptyContent();
        if (bytes(accessUri).length > MAX_URI_BYTES) revert DataTooLong(bytes(accessUri).length, MAX_URI_BYTES);
    }

    function _checkContributors(Contributor[] calldata contributors) private pure {
        uint256 count = contributors.length;
        if (count == 0) revert NoContributors();
        if (count > MAX_CONTRIBUTORS) revert TooManyContributors(count, MAX_CONTRIBUTORS);
        uint256 sum = 0;
        for (uint256 i = 0; i < count; ++i) {
            Contributor calldata contributor = contributors[i];
            if (contributor.account == address(0)) revert InvalidContributor(contributor.account);
            if (contributor.weight == 0) revert ZeroWeight(contributor.account);
            sum += contributor.weight;
        }
        if (sum != TEN_THOUSAND) revert WeightsMustSumToTenThousand(sum);
    }

    function _checkSignatures(
        Contributor[] calldata contributors,
        bytes[] calldata signatures,
        bytes32 termsHash
    ) private view {
        uint256 count = contributors.length;
        if (signatures.length != count) revert SignatureCountMismatch(signatures.length, count);
        for (uint256 i = 0; i < count; ++i) {
            address account = contributors[i].account;
            if (account == msg.sender) continue;
            if (!SignatureChecker.isValidSignatureNowCalldata(account, termsHash, signatures[i])) {
                revert ConsentMissing(account);
            }
        }
    }

    function _recordAsset(AssetRecord storage asset, AssetTerms calldata terms, bytes32 termsHash) private {
        asset.creator = terms.creator;
        asset.kind = terms.kind;
        asset.status = AssetStatus.Active;
        asset.derivatives = terms.derivatives;
        asset.parentCount = uint8(terms.parents.length);
        asset.royalty = terms.royalty;
        asset.laterWeight = terms.laterWeight;
        asset.sharesRatio = terms.sharesRatio;
        (asset.contentPrefix, asset.contentPrefixLength, asset.contentMultihashDigest) = ContentIds.parse(terms.contentId);
        asset.contentSize = terms.contentSize;
        asset.registeredAt = uint64(block.timestamp);
        asset.versionCount = 1;
        asset.contentDigest = terms.contentDigest;
        asset.termsHash = termsHash;
        if (terms.shareTerms != 0) asset.shareTerms = terms.shareTerms;
        if (terms.kindData.length != 0) asset.kindData = terms.kindData;
        if (bytes(terms.accessUri).length != 0) asset.accessUri = terms.accessUri;
    }

    function _recordLicenses(AssetRecord storage asset, LicenseTerms calldata licenses) private {
        asset.fullAccessPrice = licenses.fullAccessPrice;
        asset.callPrice = licenses.callPrice;
        asset.period = licenses.period;
        asset.deliveryTimeout = licenses.deliveryTimeout;
        asset.periodPrice = licenses.periodPrice;
        asset.menu = licenses.menu;
        asset.transferable = licenses.transferable;
        asset.resaleCommission = licenses.resaleCommission;
        asset.uses = licenses.uses;
        asset.territories = licenses.territories;
        asset.partnershipShare = licenses.partnershipShare;
        if (licenses.eligibility != 0) asset.eligibility = licenses.eligibility;
        if (licenses.arbiter != address(0)) asset.arbiter = licenses.arbiter;
    }

    function _contentIdOf(AssetRecord storage asset) private view returns (bytes memory) {
        return ContentIds.join(asset.contentPrefix, asset.contentPrefixLength, asset.contentMultihashDigest);
    }

    /// @return recordedDepth the new asset's depth
    /// @return ancestorCount how many ancestors it has
    function _recordLineage(
        AssetRegistryStorage storage $,
        uint256 assetId,
        AssetTerms calldata terms
    ) private returns (uint8 recordedDepth, uint8 ancestorCount) {
        uint256[] calldata parents = terms.parents;
        if (parents.length > Lineage.MAX_PARENTS) revert TooManyParents(parents.length, Lineage.MAX_PARENTS);
        uint256 depth = 0;
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

        for (uint256 i = 0; i < parents.length; ++i) _addAncestors($, builder, parents[i]);
        Lineage.store(builder, $.ancestors[assetId]);
        return (uint8(depth), uint8(builder.count));
    }

    function _addAncestors(
        AssetRegistryStorage storage $,
        Lineage.Builder memory builder,
        uint256 parentId
    ) private view {
        AssetRecord storage parent = $.assets[parentId];
        Lineage.addAncestorsOf(builder, parentId, parent.royalty, $.ancestors[parentId], parent.ancestorCount);
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
