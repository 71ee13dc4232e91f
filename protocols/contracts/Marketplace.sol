// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IAssetRegistry} from "./interfaces/IAssetRegistry.sol";
import {IAttribution} from "./interfaces/IAttribution.sol";
import {ILicensing} from "./interfaces/ILicensing.sol";
import {IMarketplace} from "./interfaces/IMarketplace.sol";
import {IShares} from "./interfaces/IShares.sol";
import {SystemAddresses} from "./system/SystemAddresses.sol";

/// @title Marketplace
/// @notice Implements IMarketplace, where every function is described.
/// @dev A listing's kind says how it is bought; other ways of finding a price than a fixed one are other kinds.
contract Marketplace is IMarketplace, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    uint256 private constant TEN_THOUSAND = 10_000;
    /// @dev Smallest units of one share.
    uint256 private constant SHARE = 1e18;

    /// @custom:storage-location erc7201:qanat.storage.Marketplace
    struct MarketplaceStorage {
        uint256 listingCount;
        mapping(uint256 listingId => Listing) listings;
        mapping(address account => uint256) proceeds;
    }

    // keccak256(abi.encode(uint256(keccak256("qanat.storage.Marketplace")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE_LOCATION = 0x131bf67d7b1aaa0aee17e1cf3ed437db21b0787465c6e2b08dbed49627151100;

    IAssetRegistry private constant REGISTRY = IAssetRegistry(SystemAddresses.ASSET_REGISTRY);
    ILicensing private constant LICENSING = ILicensing(SystemAddresses.LICENSING);
    IShares private constant SHARES = IShares(SystemAddresses.SHARES);
    IAttribution private constant ATTRIBUTION = IAttribution(SystemAddresses.ATTRIBUTION);

    /// @inheritdoc IMarketplace
    function listLicense(
        uint256 licenseId,
        uint128 price,
        uint64 expiresAt
    ) external returns (uint256 listingId) {
        if (LICENSING.ownerOf(licenseId) != msg.sender) revert NotLicenseHolder(licenseId, msg.sender);
        uint256 assetId = LICENSING.getLicense(licenseId).assetId;
        return _list(ListingKind.License, assetId, licenseId, 1, price, expiresAt);
    }

    /// @inheritdoc IMarketplace
    function listShares(
        uint256 assetId,
        uint128 amount,
        uint128 price,
        uint64 expiresAt
    ) external returns (uint256 listingId) {
        if (SHARES.tokenOf(assetId) == address(0)) revert NoSharesOf(assetId);
        return _list(ListingKind.Shares, assetId, 0, amount, price, expiresAt);
    }

    /// @inheritdoc IMarketplace
    function buyLicense(uint256 listingId) external payable nonReentrant {
        Listing storage listing = _openListing(listingId, ListingKind.License);
        uint256 licenseId = listing.licenseId;
        if (!LICENSING.isValid(licenseId)) revert LicenseNotValid(licenseId);
        address seller = listing.seller;
        uint256 commission = _sell(listingId, listing, 1);
        // Reverts when the seller has it no more, or took its approval back.
        LICENSING.safeTransferFrom(seller, msg.sender, licenseId);
        _bringIn(listing.assetId, commission);
    }

    /// @inheritdoc IMarketplace
    function buyShares(uint256 listingId, uint128 amount) external payable nonReentrant {
        Listing storage listing = _openListing(listingId, ListingKind.Shares);
        if (amount == 0 || amount > listing.amount) revert AmountUnavailable(listingId, amount, listing.amount);
        address seller = listing.seller;
        uint256 commission = _sell(listingId, listing, amount);
        IERC20(SHARES.tokenOf(listing.assetId)).safeTransferFrom(seller, msg.sender, amount);
        // After the shares: or their part of the commission would go back to the seller.
        _bringIn(listing.assetId, commission);
    }

    /// @inheritdoc IMarketplace
    function cancel(uint256 listingId) external {
        Listing storage listing = _existing(listingId);
        if (listing.status != ListingStatus.Open) revert ListingClosed(listingId, listing.status);
        if (listing.seller != msg.sender && block.timestamp <= listing.expiresAt) {
            revert NotSeller(listingId, msg.sender);
        }
        listing.status = ListingStatus.Cancelled;
        emit ListingCancelled(listingId);
    }

    /// @inheritdoc IMarketplace
    function withdrawProceeds(address payable recipient) external nonReentrant returns (uint256 amount) {
        if (recipient == address(0)) revert InvalidProceedsRecipient(recipient);
        MarketplaceStorage storage $ = _storage();
        amount = $.proceeds[msg.sender];
        if (amount == 0) revert NoProceeds(msg.sender);
        $.proceeds[msg.sender] = 0;
        emit ProceedsWithdrawn(msg.sender, recipient, amount);
        Address.sendValue(recipient, amount);
    }

    /// @inheritdoc IMarketplace
    function costOf(uint256 listingId, uint128 amount) external view returns (uint256 cost, uint256 commission) {
        return _cost(_existing(listingId), amount);
    }

    /// @inheritdoc IMarketplace
    function getListing(uint256 listingId) external view returns (Listing memory) {
        return _existing(listingId);
    }

    /// @inheritdoc IMarketplace
    function listingCount() external view returns (uint256) {
        return _storage().listingCount;
    }

    /// @inheritdoc IMarketplace
    function proceedsOf(address account) external view returns (uint256) {
        return _storage().proceeds[account];
    }

    function _list(
        ListingKind kind,
        uint256 assetId,
        uint256 licenseId,
        uint128 amount,
        uint128 price,
        uint64 expiresAt
    ) private returns (uint256 listingId) {
        if (amount == 0 || expiresAt < block.timestamp) revert InvalidListing();
        MarketplaceStorage storage $ = _storage();
        listingId = ++$.listingCount;
        $.listings[listingId] = Listing({
            seller: msg.sender,
            kind: kind,
            status: ListingStatus.Open,
            expiresAt: expiresAt,
            assetId: assetId,
            licenseId: licenseId,
            amount: amount,
            price: price
        });
        emit Listed(listingId, assetId, msg.sender, kind, licenseId, amount, price, expiresAt);
    }

    /// @dev Takes the payment and books it; the caller of this function hands over what was bought.
    /// @return commission to be brought in
    function _sell(uint256 listingId, Listing storage listing, uint128 amount) private returns (uint256 commission) {
        uint256 cost;
        (cost, commission) = _cost(listing, amount);
        if (msg.value != cost) revert WrongCost(msg.value, cost);
        uint128 left = listing.amount - amount;
        listing.amount = left;
        if (left == 0) listing.status = ListingStatus.Sold;
        _storage().proceeds[listing.seller] += cost - commission;
        emit Bought(listingId, listing.assetId, msg.sender, amount, cost, commission, left);
    }

    function _bringIn(uint256 assetId, uint256 commission) private {
        if (commission == 0) return;
        ATTRIBUTION.receiveRevenue{value: commission}(assetId, IAttribution.RevenueSource.Resale);
    }

    /// @dev Both are rounded up: nothing is had for less by buying it in small pieces.
    function _cost(Listing storage listing, uint128 amount) private view returns (uint256 cost, uint256 commission) {
        uint256 unit = listing.kind == ListingKind.License ? 1 : SHARE;
        cost = Math.mulDiv(listing.price, amount, unit, Math.Rounding.Ceil);
        uint256 rate = REGISTRY.licenseTermsOf(listing.assetId).resaleCommission;
        commission = Math.mulDiv(cost, rate, TEN_THOUSAND, Math.Rounding.Ceil);
    }

    function _openListing(uint256 listingId, ListingKind kind) private view returns (Listing storage listing) {
        listing = _existing(listingId);
        if (listing.kind != kind) revert WrongListingKind(listingId, listing.kind);
        if (listing.status != ListingStatus.Open) revert ListingClosed(listingId, listing.status);
        if (block.timestamp > listing.expiresAt) revert ListingExpired(listingId, listing.expiresAt);
    }

    function _existing(uint256 listingId) private view returns (Listing storage listing) {
        listing = _storage().listings[listingId];
        if (listing.status == ListingStatus.None) revert UnknownListing(listingId);
    }

    function _storage() private pure returns (MarketplaceStorage storage $) {
        assembly {
            $.slot := STORAGE_LOCATION
        }
    }
}
