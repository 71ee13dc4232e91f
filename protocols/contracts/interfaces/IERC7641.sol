// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title Tokens that share revenue
/// @dev How shares fulfil it is described in IShareToken.
/// @custom:source ERC-7641
interface IERC7641 is IERC20 {
    /// @notice What the account can claim of the revenue up to a snapshot, in wei.
    function claimableRevenue(address account, uint256 snapshotId) external view returns (uint256);

    /// @notice Pays the caller what it can claim of the revenue up to a snapshot.
    function claim(uint256 snapshotId) external;

    /// @notice Marks the revenue up to now.
    function snapshot() external returns (uint256);

    /// @notice What burning `amount` tokens brings now, in wei.
    function redeemableOnBurn(uint256 amount) external view returns (uint256);

    /// @notice Burns tokens of the caller and pays it what they bring.
    function burn(uint256 amount) external;
}

/// @title Tokens that share revenue in ERC-20 tokens too
/// @custom:source ERC-7641, "Optional Extension: AltRevToken"
interface IERC7641AltRevToken is IERC7641 {
    /// @notice What the account can claim of a token's revenue up to a snapshot, in the token's smallest units.
    function claimableERC20(address account, uint256 snapshotId, address token) external view returns (uint256);

    /// @notice What burning `amount` tokens brings now of another token, in its smallest units.
    function redeemableERC20OnBurn(uint256 amount, address token) external view returns (uint256);
}
