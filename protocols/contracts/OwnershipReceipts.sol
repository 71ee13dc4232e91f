// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {IERC721Metadata} from "@openzeppelin/contracts/token/ERC721/extensions/IERC721Metadata.sol";
import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

import {IAssetRegistry} from "./interfaces/IAssetRegistry.sol";
import {IERC5192} from "./interfaces/IERC5192.sol";
import {IOwnershipReceipts} from "./interfaces/IOwnershipReceipts.sol";
import {SystemAddresses} from "./system/SystemAddresses.sol";

/// @title OwnershipReceipts
/// @notice Implements IOwnershipReceipts, where every function is described.
/// @dev ERC-721 without OpenZeppelin's part: what never moves needs no approvals, and owner, role, weight and time of a
/// receipt share one slot.
contract OwnershipReceipts is IOwnershipReceipts, IERC721Metadata, IERC721Errors {
    /// @dev One slot. `count` is that of all receipts of the asset, kept in the first of them.
    struct Entry {
        address account;
        IAssetRegistry.ContributorRole role;
        uint16 weight;
        uint40 issuedAt;
        uint16 sharesRatio;
        uint16 count;
    }

    /// @dev One slot: how many receipts an account has, the sum of their weights, and of weight times time of addition.
    struct Holder {
        uint48 balance;
        uint64 weight;
        uint144 weightTime;
    }

    /// @custom:storage-location erc7201:qanat.storage.OwnershipReceipts
    struct OwnershipReceiptsStorage {
        mapping(uint256 tokenId => Entry) entries;
        mapping(uint256 tokenId => bytes32) contributions;
        /// @dev One more than the account's index among the asset's contributors.
        mapping(uint256 assetId => mapping(address account => uint256)) places;
        mapping(address account => Holder) holders;
    }

    // keccak256(abi.encode(uint256(keccak256("qanat.storage.OwnershipReceipts")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE_LOCATION = 0xff2da15f2338832eed5dd3bf0b8adc6f1239f8eacee5fdc6da64ad1a0807bc00;

    uint256 private constant INDEX_BITS = 32;
    IAssetRegistry private constant REGISTRY = IAssetRegistry(SystemAddresses.ASSET_REGISTRY);

    modifier onlyIssuer() {
        if (msg.sender != SystemAddresses.ASSET_REGISTRY && msg.sender != SystemAddresses.ATTRIBUTION) {
            revert NotIssuer(msg.sender);
        }
        _;
    }

    /// @inheritdoc IOwnershipReceipts
    function issue(
        uint256 assetId,
        IAssetRegistry.Contributor calldata contributor
    ) external onlyIssuer returns (uint256 tokenId) {
        OwnershipReceiptsStorage storage $ = _storage();
        Entry storage first = $.entries[assetId << INDEX_BITS];
        uint256 index = first.count;
        tokenId = _issue($, assetId, index, first.sharesRatio, contributor);
        first.count = uint16(index + 1);
    }

    /// @inheritdoc IOwnershipReceipts
    function issueMany(
        uint256 assetId,
        uint16 sharesRatio,
        IAssetRegistry.Contributor[] calldata contributors
    ) external onlyIssuer {
        OwnershipReceiptsStorage storage $ = _storage();
        Entry storage first = $.entries[assetId << INDEX_BITS];
        uint256 index = first.count;
        for (uint256 i = 0; i < contributors.length; ++i) _issue($, assetId, index++, sharesRatio, contributors[i]);
        first.count = uint16(index);
    }

    /// @inheritdoc IOwnershipReceipts
    function addWeight(
        uint256 assetId,
        IAssetRegistry.Contributor calldata contributor
    ) external onlyIssuer returns (uint256 tokenId) {
        OwnershipReceiptsStorage storage $ = _storage();
        address account = contributor.account;
        uint256 place = $.places[assetId][account];
        if (place == 0) revert NoReceipt(assetId, account);
        tokenId = (assetId << INDEX_BITS) | (place - 1);
        $.entries[tokenId].weight += contributor.weight;
        bytes32 contribution = keccak256(bytes.concat(_contributionOf($, tokenId), contributor.contribution));
        $.contributions[tokenId] = contribution;
        _addToHolder($, account, 0, contributor.weight);
        emit ReceiptWeightAdded(tokenId, assetId, account, contributor.role, contributor.weight, contribution);
    }

    /// @inheritdoc IOwnershipReceipts
    function getReceipt(uint256 tokenId) external view returns (Receipt memory) {
        OwnershipReceiptsStorage storage $ = _storage();
        Entry memory entry = $.entries[tokenId];
        if (entry.account == address(0)) revert UnknownReceipt(tokenId);
        return
            Receipt({
                assetId: tokenId >> INDEX_BITS,
                account: entry.account,
                role: entry.role,
                weight: entry.weight,
                issuedAt: entry.issuedAt,
                contribution: _contributionOf($, tokenId)
            });
    }

    /// @inheritdoc IOwnershipReceipts
    function receiptOf(uint256 assetId, address account) external view returns (uint256 tokenId) {
        uint256 place = _storage().places[assetId][account];
        return place == 0 ? 0 : (assetId << INDEX_BITS) | (place - 1);
    }

    /// @inheritdoc IOwnershipReceipts
    function weightOf(uint256 assetId, address account) external view returns (uint16) {
        OwnershipReceiptsStorage storage $ = _storage();
        uint256 place = $.places[assetId][account];
        return place == 0 ? 0 : $.entries[(assetId << INDEX_BITS) | (place - 1)].weight;
    }

    /// @inheritdoc IOwnershipReceipts
    function claimTermsOf(
        uint256 assetId,
        address account
    ) external view returns (uint16 weight, uint16 sharesRatio) {
        OwnershipReceiptsStorage storage $ = _storage();
        uint256 place = $.places[assetId][account];
        if (place == 0) return (0, 0);
        Entry storage entry = $.entries[(assetId << INDEX_BITS) | (place - 1)];
        return (entry.weight, entry.sharesRatio);
    }

    /// @inheritdoc IOwnershipReceipts
    function sharesRatioOf(uint256 assetId) external view returns (uint16) {
        return _storage().entries[assetId << INDEX_BITS].sharesRatio;
    }

    /// @inheritdoc IOwnershipReceipts
    function contributorCount(uint256 assetId) external view returns (uint256) {
        return _storage().entries[assetId << INDEX_BITS].count;
    }

    /// @inheritdoc IOwnershipReceipts
    function totalWeightOf(address account) external view returns (uint256) {
        return _storage().holders[account].weight;
    }

    /// @inheritdoc IOwnershipReceipts
    function timeWeightAt(address account, uint256 timepoint) external view returns (uint256) {
        if (timepoint > block.timestamp) revert FutureLookup(timepoint, block.timestamp);
        Holder memory holder = _storage().holders[account];
        uint256 grown = holder.weight * timepoint;
        return grown > holder.weightTime ? grown - holder.weightTime : 0;
    }

    /// @inheritdoc IERC721
    function balanceOf(address owner) external view returns (uint256) {
        if (owner == address(0)) revert ERC721InvalidOwner(owner);
        return _storage().holders[owner].balance;
    }

    /// @inheritdoc IERC721
    function ownerOf(uint256 tokenId) public view returns (address owner) {
        owner = _storage().entries[tokenId].account;
        if (owner == address(0)) revert ERC721NonexistentToken(tokenId);
    }

    /// @inheritdoc IERC5192
    function locked(uint256 tokenId) external view returns (bool) {
        ownerOf(tokenId);
        return true;
    }

    /// @inheritdoc IERC721
    function getApproved(uint256 tokenId) external view returns (address) {
        ownerOf(tokenId);
        return address(0);
    }

    /// @inheritdoc IERC721
    function isApprovedForAll(address, address) external pure returns (bool) {
        return false;
    }

    /// @inheritdoc IERC721
    function approve(address, uint256 tokenId) external {
        revert Soulbound(tokenId);
    }

    /// @inheritdoc IERC721
    function setApprovalForAll(address, bool) external {
        revert Soulbound(0);
    }

    /// @inheritdoc IERC721
    function transferFrom(address, address, uint256 tokenId) external {
        revert Soulbound(tokenId);
    }

    /// @inheritdoc IERC721
    function safeTransferFrom(address, address, uint256 tokenId) external {
        revert Soulbound(tokenId);
    }

    /// @inheritdoc IERC721
    function safeTransferFrom(address, address, uint256 tokenId, bytes calldata) external {
        revert Soulbound(tokenId);
    }

    function name() external pure returns (string memory) {
        return "Qanat Ownership Receipt";
    }

    function symbol() external pure returns (string memory) {
        return "QREC";
    }

    /// @notice Where the asset's content can be had, if its terms say so.
    function tokenURI(uint256 tokenId) external view returns (string memory) {
        ownerOf(tokenId);
        return REGISTRY.versionOf(tokenId >> INDEX_BITS, 1).accessUri;
    }

    /// @inheritdoc IERC165
    function supportsInterface(bytes4 interfaceId) external pure returns (bool) {
        return
            interfaceId == type(IERC165).interfaceId ||
            interfaceId == type(IERC721).interfaceId ||
            interfaceId == type(IERC721Metadata).interfaceId ||
            interfaceId == type(IERC5192).interfaceId;
    }

    function _issue(
        OwnershipReceiptsStorage storage $,
        uint256 assetId,
        uint256 index,
        uint16 sharesRatio,
        IAssetRegistry.Contributor calldata contributor
    ) private returns (uint256 tokenId) {
        address account = contributor.account;
        uint16 weight = contributor.weight;
        if ($.places[assetId][account] != 0) revert DuplicateContributor(account);
        tokenId = (assetId << INDEX_BITS) | index;
        $.places[assetId][account] = index + 1;
        Entry storage entry = $.entries[tokenId];
        entry.account = account;
        entry.role = contributor.role;
        entry.weight = weight;
        entry.issuedAt = uint40(block.timestamp);
        entry.sharesRatio = sharesRatio;
        if (contributor.contribution != 0) $.contributions[tokenId] = contributor.contribution;
        _addToHolder($, account, 1, weight);
        emit Transfer(address(0), account, tokenId);
        emit Locked(tokenId);
        emit ReceiptIssued(tokenId, assetId, account, contributor.role, weight, contributor.contribution);
    }

    function _addToHolder(OwnershipReceiptsStorage storage $, address account, uint48 receipts, uint16 weight) private {
        Holder memory holder = $.holders[account];
        holder.balance += receipts;
        holder.weight += weight;
        holder.weightTime += uint144(weight * block.timestamp);
        $.holders[account] = holder;
    }

    function _contributionOf(
        OwnershipReceiptsStorage storage $,
        uint256 tokenId
    ) private view returns (bytes32 contribution) {
        contribution = $.contributions[tokenId];
        if (contribution == 0) contribution = REGISTRY.getAsset(tokenId >> INDEX_BITS).contentDigest;
    }

    function _storage() private pure returns (OwnershipReceiptsStorage storage $) {
        assembly {
            $.slot := STORAGE_LOCATION
        }
    }
}
