// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {IAssetRegistry} from "./IAssetRegistry.sol";
import {IERC5192} from "./IERC5192.sol";

/// @title Receipts of contribution, the system contract at 0x…1012
/// @notice One soulbound ERC-721 token per contributor and asset: proof that this account took part in making the asset,
/// in which role, with which weight. A receipt cannot be transferred, approved for transfer, or burnt by anyone; only
/// AssetRegistry and Attribution issue receipts or add weight to them.
///
/// A token's id is assetId · 2^32 + n for the asset's n-th contributor, counted from 0.
/// @custom:source Sahara AI litepaper, "Receipt"; ERC-721; ERC-5192
interface IOwnershipReceipts is IERC721, IERC5192 {
    struct Receipt {
        uint256 assetId;
        address account;
        IAssetRegistry.ContributorRole role;
        uint16 weight;
        /// Seconds.
        uint64 issuedAt;
        /// Hash of the contribution. With later contributions c1, c2, … of the same account it is
        /// keccak256(… keccak256(first ‖ c1) … ‖ c2).
        bytes32 contribution;
    }

    event ReceiptIssued(
        uint256 indexed tokenId,
        uint256 indexed assetId,
        address indexed account,
        IAssetRegistry.ContributorRole role,
        uint16 weight,
        bytes32 contribution
    );
    event ReceiptWeightAdded(
        uint256 indexed tokenId,
        uint256 indexed assetId,
        address indexed account,
        IAssetRegistry.ContributorRole role,
        uint16 weight,
        bytes32 contribution
    );

    /// @notice Receipts never move: the answer to every transfer and approval.
    error Soulbound(uint256 tokenId);
    error NotIssuer(address caller);
    error UnknownReceipt(uint256 tokenId);
    error DuplicateContributor(address account);
    error NoReceipt(uint256 assetId, address account);
    error FutureLookup(uint256 timepoint, uint256 timestamp);

    /// @notice Issues a receipt. Only AssetRegistry and Attribution may. Reverts when the account has one for this asset.
    function issue(
        uint256 assetId,
        IAssetRegistry.Contributor calldata contributor
    ) external returns (uint256 tokenId);

    /// @notice Issues the receipts of a new asset's contributors.
    /// @param sharesRatio of the asset's terms; kept with the receipts, where claims need it
    function issueMany(
        uint256 assetId,
        uint16 sharesRatio,
        IAssetRegistry.Contributor[] calldata contributors
    ) external;

    /// @notice Adds the weight and the hash of a later contribution to a receipt. Only AssetRegistry and Attribution may.
    function addWeight(
        uint256 assetId,
        IAssetRegistry.Contributor calldata contributor
    ) external returns (uint256 tokenId);

    /// @notice Reverts with UnknownReceipt.
    function getReceipt(uint256 tokenId) external view returns (Receipt memory);

    /// @notice The account's receipt for the asset; 0 when it has none.
    function receiptOf(uint256 assetId, address account) external view returns (uint256 tokenId);

    /// @notice The account's weight in the asset; 0 for a stranger.
    function weightOf(uint256 assetId, address account) external view returns (uint16);

    /// @notice The account's weight, and the asset's sharesRatio (0 for a stranger too): what a claim needs to know.
    function claimTermsOf(uint256 assetId, address account) external view returns (uint16 weight, uint16 sharesRatio);

    /// @notice The sharesRatio of the asset's terms.
    function sharesRatioOf(uint256 assetId) external view returns (uint16);

    function contributorCount(uint256 assetId) external view returns (uint256);

    /// @notice Sum of the account's weights over all assets.
    function totalWeightOf(address account) external view returns (uint256);

    /// @notice Weight times the seconds for which it has been held, over all of the account's receipts: voting power that
    /// grows with time. For a time in the past it is at most what it was then, and exactly that unless the account got
    /// weight since, so nothing done after a vote began adds to it.
    /// @param timepoint seconds, not in the future
    function timeWeightAt(address account, uint256 timepoint) external view returns (uint256);
}
