// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title What voting power reads of the receipts at 0x…1012 (IOwnershipReceipts)
interface IReceiptWeights {
    /// @notice The account's weight in the asset; 0 for a stranger.
    function weightOf(uint256 assetId, address account) external view returns (uint16);

    /// @notice Sum of the account's weights over all assets.
    function totalWeightOf(address account) external view returns (uint256);

    /// @notice Weight times the seconds for which it has been held, over all of the account's receipts.
    function timeWeightAt(address account, uint256 timepoint) external view returns (uint256);
}

/// @title What voting power reads of the attribution at 0x…1015 (IAttribution)
interface ICreditedRevenue {
    /// @notice What has been credited to an asset so far, in 10^-32 wei.
    function creditedE32(uint256 assetId) external view returns (uint256);

    /// @notice Sum of the weights of all contributions to the asset so far.
    function totalWeight(uint256 assetId) external view returns (uint256);
}
