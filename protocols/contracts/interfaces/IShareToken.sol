// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC7641AltRevToken} from "./IERC7641.sol";

/// @title Shares of an asset
/// @notice An ERC-20 token with permits (ERC-2612), votes (ERC-5805, by timestamp) and revenue (ERC-7641). Revenue stays in
/// Attribution until it is claimed; here it is accumulated per share, with a debt per holder, so it follows whoever held
/// the shares when it came in, through any order of transfers, burns and claims.
///
/// ERC-7641's snapshots are marks of the accumulated revenue: `snapshot()` sets one, but only when
/// revenue came since the last; id 0 stands for now. What can be claimed "up to a snapshot" is the revenue
/// that came in before it, and what was booked to the account when its balance last changed. A claim is paid once.
///
/// Part of the revenue (the redeem ratio of the terms) is not for claiming but for burning: who burns shares gets their
/// part of it. Besides the coin, shares pay in up to 4 ERC-20 tokens that the asset's creator names; revenue that came in a
/// token before it was named is not lost but shared out when it is.
interface IShareToken is IERC7641AltRevToken {
    /// @param token zero for the chain's coin
    event RevenueClaimed(address indexed account, address indexed token, address recipient, uint256 amount);
    event RevenueTokenAdded(address indexed token);
    event SnapshotTaken(uint256 indexed snapshotId);
    event SharesBurnt(address indexed account, uint256 amount, uint256 redeemed);

    error NotFactory(address caller);
    error NotSharesCreator(address caller);
    error RevenueTokenKnown(address token);
    error UnknownRevenueToken(address token);
    error TooManyRevenueTokens(uint256 max);
    error UnknownSnapshot(uint256 snapshotId);
    error NothingSinceSnapshot(uint256 snapshotId);
    error NoRevenueToClaim(address account, address token);
    error StillVesting(address account, uint256 amount, uint256 available);
    error ZeroRecipient();
    error AmountAboveSupply(uint256 amount, uint256 supply);

    /// @notice The asset whose shares these are.
    function assetId() external view returns (uint256);

    /// @notice Part of the share holders' revenue that is kept for burning, in basis points.
    function redeemRatio() external view returns (uint16);

    /// @notice How much of the account's shares cannot leave it yet.
    function vestingOf(address account) external view returns (uint256);

    /// @notice The ERC-20 tokens that shares pay in, besides the coin.
    function revenueTokens() external view returns (address[] memory);

    /// @notice Names another ERC-20 token to pay in. Only the asset's creator may, for at most 4 in all.
    function addRevenueToken(address token) external;

    /// @notice Pays `recipient` all that the caller can claim in a currency; the zero address is the chain's coin.
    function claimTo(address token, address recipient) external returns (uint256 amount);
}
