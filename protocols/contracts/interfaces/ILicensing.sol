// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

/// @title Licences of AI assets, the system contract at 0x…1014
/// @notice A licence is an ERC-721 token. Whoever holds it has its rights; one question, `isAuthorized`, answers for
/// every contract and every gateway. What a licence costs goes to Attribution in the same transaction.
/// @custom:source Sahara AI litepaper, "AI Licensing SBPs" and section 3.5.3
interface ILicensing is IERC721 {
    /// @dev The litepaper's four kinds. FullAccess is for sale; the others are laid out and refused until they are.
    enum LicenseKind {
        Partnership,
        Api,
        FullAccess,
        LongTerm
    }

    enum Right {
        /// Have the asset run on one's input.
        Call,
        /// Have the asset itself, with all its parameters.
        Access,
        /// Register an asset made from it.
        Derive
    }

    struct License {
        uint256 assetId;
        LicenseKind kind;
        /// Seconds.
        uint64 issuedAt;
        /// Last second of validity; the greatest uint64 when it does not end.
        uint64 expiresAt;
        /// What was paid, in wei.
        uint128 price;
    }

    event LicenseIssued(
        uint256 indexed licenseId,
        uint256 indexed assetId,
        address indexed holder,
        LicenseKind kind,
        address payer,
        uint128 price
    );

    error UnsupportedLicenseKind(LicenseKind kind);
    /// @notice The asset's frozen terms do not offer this kind.
    error LicenseNotOffered(uint256 assetId, LicenseKind kind);
    error AssetNotForSale(uint256 assetId);
    error WrongPayment(uint256 paid, uint256 price);
    error UnknownLicense(uint256 licenseId);

    /// @notice Buys a licence. The value sent must be the price to the wei.
    /// @param holder who gets the token; a contract must accept ERC-721 tokens
    /// @return licenseId the token's id, 1 for the first
    function buy(uint256 assetId, LicenseKind kind, address holder) external payable returns (uint256 licenseId);

    /// @notice Price of a licence in wei. Reverts when it is not for sale.
    function priceOf(uint256 assetId, LicenseKind kind) external view returns (uint256);

    /// @notice Reverts with UnknownLicense.
    function getLicense(uint256 licenseId) external view returns (License memory);

    /// @notice How many licences of the asset the account holds.
    function licenseCount(uint256 assetId, address account) external view returns (uint256);

    /// @notice Whether the account may do this with the asset, by being its creator or by holding a licence.
    /// False for an asset that does not exist.
    function isAuthorized(address account, uint256 assetId, Right right) external view returns (bool);
}
