// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Minimal soulbound tokens
/// @custom:source ERC-5192; its ERC-165 identifier is 0xb45a3c0e
interface IERC5192 {
    /// @notice The token cannot be transferred (any more).
    event Locked(uint256 tokenId);
    /// @notice The token can be transferred (again).
    event Unlocked(uint256 tokenId);

    /// @notice Whether the token is locked. Reverts when nobody owns it.
    function locked(uint256 tokenId) external view returns (bool);
}
