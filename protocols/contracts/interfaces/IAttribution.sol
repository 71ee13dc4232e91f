// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Attribution of revenue, the system contract at 0x…1015
/// @notice The one way in which an asset earns. What comes in for an asset is split at once between the asset and all its
/// ancestors by the shares frozen in the registry, so no royalty depends on anybody's good will, at a cost that is
/// linear in the ancestors (at most 32) and does not depend on contributors or history. Contributors then pull what
/// their weight gives them.
///
/// Nothing is rounded on the way in: shares are integer numbers of 10^-32, so amounts are credited exactly in units of
/// 10^-32 wei (names end in E32), and paying in small pieces costs nobody a royalty. Only what a contributor can claim is
/// rounded down, to whole wei, from all that it ever earned. At any time, for every asset, paid + claimable + dust =
/// credited, where dust is less than one wei for each contributor, stays in this contract, and is claimable as soon as
/// later revenue completes the wei.
/// For the contract as a whole, balance = totalReceived - totalPaid (plus coin that was forced in, which is nobody's).
/// @custom:source Sahara AI litepaper, "AI Attribution SBPs"
interface IAttribution {
    enum RevenueSource {
        Direct,
        License,
        Inference,
        Resale,
        Partnership,
        Reward
    }

    /// @notice Revenue came in for an asset. The asset keeps `keptE32`; the rest went to its ancestors.
    event RevenueReceived(
        uint256 indexed assetId,
        address indexed payer,
        RevenueSource source,
        uint256 amount,
        uint256 keptE32
    );
    /// @notice Part of an asset's revenue was credited to one of its ancestors.
    event RoyaltyCredited(uint256 indexed ancestorId, uint256 indexed assetId, uint256 amountE32);
    event RevenueClaimed(uint256 indexed assetId, address indexed account, address indexed recipient, uint256 amount);

    error NoRevenue();
    error RevenueTooLarge(uint256 amount, uint256 max);
    error NothingToClaim(uint256 assetId, address account);
    error InvalidRecipient(address recipient);

    /// @notice Brings in revenue for an asset: the value sent. Anyone may. Reverts with UnknownAsset.
    function receiveRevenue(uint256 assetId, RevenueSource source) external payable;

    /// @notice Pays the caller what it can claim from an asset.
    function claim(uint256 assetId) external returns (uint256 amount);

    /// @notice Pays `recipient` what the caller can claim from an asset, for callers that cannot receive coin.
    function claimTo(uint256 assetId, address payable recipient) external returns (uint256 amount);

    /// @notice Claims from several assets in one payment; assets with nothing to claim are passed over.
    function claimMany(uint256[] calldata assetIds) external returns (uint256 amount);

    /// @notice What the account can claim from an asset now, in wei.
    function claimable(uint256 assetId, address account) external view returns (uint256);

    /// @notice What the account has been paid from an asset so far, in wei.
    function paid(uint256 assetId, address account) external view returns (uint256);

    /// @notice What has been credited to an asset's contributors so far, its own revenue and royalties, in 10^-32 wei.
    function creditedE32(uint256 assetId) external view returns (uint256);

    /// @notice All revenue that ever came in, in wei.
    function totalReceived() external view returns (uint256);

    /// @notice All that was ever paid out, in wei.
    function totalPaid() external view returns (uint256);
}
