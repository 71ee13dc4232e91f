// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title The marketplace of licences and shares, the system contract at 0x…1016
/// @notice Listings at a fixed price in the chain's coin. What is listed stays with the seller, with its revenue and votes,
/// and moves when it is bought; the seller approves this contract for it. The asset's resale commission goes to
/// Attribution; the rest is the seller's to withdraw.
/// @custom:source Sahara AI litepaper, "Sahara AI Marketplace"; ERC-2981
interface IMarketplace {
    enum ListingKind {
        License,
        Shares
    }

    enum ListingStatus {
        None,
        Open,
        Sold,
        Cancelled
    }

    struct Listing {
        address seller;
        ListingKind kind;
        ListingStatus status;
        /// Last second at which it can be bought.
        uint64 expiresAt;
        uint256 assetId;
        /// Of a licence; 0 for shares.
        uint256 licenseId;
        /// What is left to buy: 1 for a licence, the smallest units of shares (10^-18).
        uint128 amount;
        /// Wei for the licence, or for one whole share (10^18 units).
        uint128 price;
    }

    event Listed(
        uint256 indexed listingId,
        uint256 indexed assetId,
        address indexed seller,
        ListingKind kind,
        uint256 licenseId,
        uint128 amount,
        uint128 price,
        uint64 expiresAt
    );
    event Bought(
        uint256 indexed listingId,
        uint256 indexed assetId,
        address indexed buyer,
        uint128 amount,
        uint256 cost,
        uint256 commission,
        uint128 left
    );
    event ListingCancelled(uint256 indexed listingId);
    event ProceedsWithdrawn(address indexed account, address indexed recipient, uint256 amount);

    error UnknownListing(uint256 listingId);
    error ListingClosed(uint256 listingId, ListingStatus status);
    error ListingExpired(uint256 listingId, uint64 expiresAt);
    error InvalidListing();
    error NotSeller(uint256 listingId, address caller);
    error NotLicenseHolder(uint256 licenseId, address caller);
    error LicenseNotValid(uint256 licenseId);
    error NoSharesOf(uint256 assetId);
    error WrongListingKind(uint256 listingId, ListingKind kind);
    error AmountUnavailable(uint256 listingId, uint256 amount, uint256 left);
    error WrongCost(uint256 paid, uint256 cost);
    error NoProceeds(address account);
    error InvalidProceedsRecipient(address recipient);

    function listLicense(uint256 licenseId, uint128 price, uint64 expiresAt) external returns (uint256 listingId);

    /// @param price wei for one whole share
    function listShares(
        uint256 assetId,
        uint128 amount,
        uint128 price,
        uint64 expiresAt
    ) external returns (uint256 listingId);

    /// @notice Buys a listed licence. The value sent is the price to the wei.
    function buyLicense(uint256 listingId) external payable;

    /// @notice Buys some or all of listed shares. The value sent is `costOf` to the wei.
    function buyShares(uint256 listingId, uint128 amount) external payable;

    /// @notice Closes a listing. The seller may at any time, anyone when it has expired.
    function cancel(uint256 listingId) external;

    /// @notice What an amount costs, rounded up to whole wei, and how much of it is commission, rounded up too.
    function costOf(uint256 listingId, uint128 amount) external view returns (uint256 cost, uint256 commission);

    function getListing(uint256 listingId) external view returns (Listing memory);

    function listingCount() external view returns (uint256);

    /// @notice Pays the caller's sales.
    function withdrawProceeds(address payable recipient) external returns (uint256 amount);

    function proceedsOf(address account) external view returns (uint256);
}
