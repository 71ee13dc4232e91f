// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title The factory of shares, the system contract at 0x…1013
/// @notice Makes an asset's share token, once, as a minimal clone (ERC-1167), from the share terms whose hash stands in the
/// asset's frozen terms. Anyone may: there is nothing to decide any more.
/// @custom:source Sahara AI litepaper, "Share"; ERC-1167
interface IShares {
    /// @dev Tokens that vest are in their holder's account from the start, with revenue and votes, but cannot leave it.
    struct Allocation {
        address account;
        /// In the token's smallest units (10^-18 of a share).
        uint128 amount;
        /// Seconds after creation before which none may leave, and after which all may; linear in between.
        uint32 cliff;
        uint32 duration;
    }

    struct ShareTerms {
        string name;
        string symbol;
        /// Part of the share holders' revenue that is kept for those who burn shares, in basis points; at most 5,000.
        uint16 redeemRatio;
        /// At most 32, of distinct accounts. Together they are the supply: nothing is ever minted again.
        Allocation[] allocations;
    }

    event SharesCreated(uint256 indexed assetId, address indexed token, uint256 supply);

    error SharesExist(uint256 assetId, address token);
    error NoShares(uint256 assetId);
    error ShareTermsMismatch(bytes32 given, bytes32 frozen);
    error InvalidAllocation(address account);
    error NoAllocations();
    error TooManyAllocations(uint256 count, uint256 max);
    /// @notice Less than one share, or more than 10^12 of them.
    error InvalidSupply(uint256 supply);
    error RedeemRatioTooHigh(uint256 ratio, uint256 max);
    error NameTooLong(uint256 length, uint256 max);

    /// @notice Makes the asset's share token and allocates all shares by its frozen terms.
    function create(uint256 assetId, ShareTerms calldata terms) external returns (address token);

    /// @notice keccak256(abi.encode(terms)), what AssetTerms.shareTerms is.
    function hashShareTerms(ShareTerms calldata terms) external pure returns (bytes32);

    /// @notice The asset's share token; zero before it is made.
    function tokenOf(uint256 assetId) external view returns (address);

    /// @notice The asset whose share token this is; 0 for any other address.
    function assetOf(address token) external view returns (uint256);
}
