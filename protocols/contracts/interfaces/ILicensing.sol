// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

/// @title Licences of AI assets, the system contract at 0x…1014
/// @notice A licence is an ERC-721 token. Whoever holds it has its rights while it is valid; one question, `isAuthorized`,
/// answers for every contract and every gateway. What a licence costs goes to Attribution.
///
/// Full-access and long-term licences are sold here. API licences are opened and metered by ApiMetering (0x…1017),
/// partnerships are concluded and reported by Partnerships (0x…1018), breaches are decided by BreachDisputes (0x…1019);
/// these three alone may call `issue`, `extend`, `end`, `revoke`, `freezeEscrow` and `decideEscrow`.
///
/// A licence whose kind has a resale commission moves only through the Marketplace, which pays it; see `royaltyInfo`
/// (ERC-2981).
/// @custom:source Sahara AI litepaper, "AI Licensing SBPs" and section 3.5.3
interface ILicensing is IERC721 {
    enum LicenseKind {
        /// By an agreement of both sides, for a share of the licensee's revenue. Personal.
        Partnership,
        /// By the call, prepaid, after approval. Personal.
        Api,
        /// The asset itself, for one payment.
        FullAccess,
        /// Unlimited calls until a time, renewable.
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

    /// @dev Bits of LicenseTerms.uses.
    enum Use {
        Research,
        Internal,
        Commercial,
        Redistribution,
        Training,
        PublicSector
    }

    /// @dev Bits of LicenseTerms.territories; none set is everywhere.
    enum Territory {
        Africa,
        Asia,
        Europe,
        NorthAmerica,
        SouthAmerica,
        Oceania
    }

    enum LicenseStatus {
        None,
        /// Paid for; the key is not delivered yet.
        Pending,
        Active,
        /// For breach.
        Revoked,
        /// The key did not come in time, or was not the right one.
        Refunded,
        /// Closed or terminated by its sides.
        Ended
    }

    enum EscrowStatus {
        None,
        AwaitingKey,
        /// The buyer may contest until `until`.
        Delivered,
        Contested,
        Released,
        Refunded
    }

    struct License {
        uint256 assetId;
        LicenseKind kind;
        LicenseStatus status;
        /// Bit k is Right k.
        uint8 rights;
        /// Seconds.
        uint64 issuedAt;
        /// Last second of validity; the greatest uint64 when it does not end.
        uint64 expiresAt;
        /// What was paid for it when it was issued, in wei.
        uint96 price;
    }

    struct Escrow {
        address buyer;
        uint96 amount;
        EscrowStatus status;
        /// Last second for the delivery, then for contesting it.
        uint64 until;
        /// keccak256 of the buyer's public key.
        bytes32 publicKeyHash;
        /// VaultAccess' commitment to the content key when it was bought.
        bytes32 keyCommitment;
        /// keccak256 of the encrypted key that was delivered.
        bytes32 deliveryHash;
    }

    event LicenseIssued(
        uint256 indexed licenseId,
        uint256 indexed assetId,
        address indexed holder,
        LicenseKind kind,
        address payer,
        uint96 price
    );
    event LicenseRenewed(uint256 indexed licenseId, uint64 expiresAt, address payer, uint96 price);
    event LicenseExtended(uint256 indexed licenseId, uint64 expiresAt);
    event LicenseStatusChanged(uint256 indexed licenseId, LicenseStatus status);
    event KeyAwaited(uint256 indexed licenseId, uint256 indexed assetId, address indexed buyer, bytes publicKey, bytes32 keyCommitment, uint64 until);
    event KeyDelivered(uint256 indexed licenseId, bytes encryptedKey, uint64 until);
    event EscrowSettled(uint256 indexed licenseId, EscrowStatus status, uint256 amount);
    event EscrowContested(uint256 indexed licenseId);
    event RefundWithdrawn(address indexed account, address indexed recipient, uint256 amount);

    /// @notice This kind is not sold here: see ApiMetering and Partnerships.
    error NotSoldHere(LicenseKind kind);
    /// @notice The asset's frozen terms do not offer this kind.
    error LicenseNotOffered(uint256 assetId, LicenseKind kind);
    error AssetNotForSale(uint256 assetId);
    error WrongPayment(uint256 paid, uint256 price);
    error UnknownLicense(uint256 licenseId);
    error NotHolder(uint256 licenseId, address caller);
    error NotLicensor(uint256 licenseId, address caller);
    error NotRenewable(uint256 licenseId);
    error NotTransferable(uint256 licenseId);
    error OnlyThroughMarketplace(uint256 licenseId);
    /// @notice Full access to this asset comes with a key: give a public key to encrypt it to, with `buyWithDelivery`.
    error KeyDeliveryNeeded(uint256 assetId);
    error NoKeyToDeliver(uint256 assetId);
    error InvalidKeyLength(uint256 length, uint256 max);
    error WrongEscrowStatus(uint256 licenseId, EscrowStatus status);
    error TooLate(uint256 licenseId, uint64 until);
    error TooEarly(uint256 licenseId, uint64 until);
    error NotModule(address caller);
    error TooManyLicenses(uint256 assetId, address account, uint256 max);
    error NothingToWithdraw(address account);
    error InvalidRecipient(address recipient);

    /// @notice Buys a licence. The value sent must be the price to the wei.
    /// @param kind FullAccess (of public content) or LongTerm
    /// @param holder who gets the token; a contract must accept ERC-721 tokens
    /// @return licenseId the token's id, 1 for the first
    function buy(uint256 assetId, LicenseKind kind, address holder) external payable returns (uint256 licenseId);

    /// @notice Buys full access to encrypted content. The payment is in escrow, and the licence pending, until the key is
    /// delivered; it is refunded when that does not happen in the terms' delivery timeout.
    /// @param publicKey to encrypt the content's key to, at most 256 bytes
    function buyWithDelivery(uint256 assetId, bytes calldata publicKey) external payable returns (uint256 licenseId);

    /// @notice Delivers the content's key, encrypted to the buyer. The asset's creator and its vault's custodian may. The
    /// licence is active from here; the buyer has CONTEST_WINDOW seconds to check the key against the commitment.
    function deliverKey(uint256 licenseId, bytes calldata encryptedKey) external;

    /// @notice Releases the payment: by the holder at once, by anyone when the window to contest has passed.
    function releasePayment(uint256 licenseId) external;

    /// @notice Gives the payment back when the key was not delivered in time. Anyone may call; the buyer withdraws.
    function refundUndelivered(uint256 licenseId) external;

    /// @notice Pays refunds that the caller is owed.
    function withdrawRefund(address payable recipient) external returns (uint256 amount);

    function refundOf(address account) external view returns (uint256);

    /// @notice Adds a period to a long-term licence, at today's price, from its end or, when it has ended, from now.
    function renew(uint256 licenseId) external payable;

    /// @notice Price of a licence in wei: of full access, of a period, or of one call of an API licence; 0 for a
    /// partnership, whose payments are agreed on. Reverts when it is not for sale.
    function priceOf(uint256 assetId, LicenseKind kind) external view returns (uint256);

    /// @notice Reverts with UnknownLicense.
    function getLicense(uint256 licenseId) external view returns (License memory);

    function getEscrow(uint256 licenseId) external view returns (Escrow memory);

    /// @notice Whether the licence is active and has not ended.
    function isValid(uint256 licenseId) external view returns (bool);

    /// @notice The use and territory flags that hold for the licence.
    function conditionsOf(uint256 licenseId) external view returns (uint16 uses, uint32 territories);

    /// @notice How many licences of the asset the account holds, full-access ones that are active and all others.
    function licenseCount(uint256 assetId, address account) external view returns (uint256);

    /// @notice Whether the account may do this with the asset, by being its creator or by holding a valid licence.
    /// False for an asset that does not exist.
    function isAuthorized(address account, uint256 assetId, Right right) external view returns (bool);

    /// @notice ERC-2981: the commission on a resale, which is paid to Attribution by the Marketplace.
    function royaltyInfo(uint256 licenseId, uint256 salePrice) external view returns (address receiver, uint256 amount);

    /// @notice For ApiMetering and Partnerships.
    function issue(
        uint256 assetId,
        LicenseKind kind,
        address holder,
        uint8 rights,
        uint64 expiresAt,
        uint96 price
    ) external returns (uint256 licenseId);

    /// @notice For ApiMetering and Partnerships: sets another end.
    function extend(uint256 licenseId, uint64 expiresAt) external;

    /// @notice For ApiMetering and Partnerships.
    function end(uint256 licenseId) external;

    /// @notice For BreachDisputes.
    function revoke(uint256 licenseId) external;

    /// @notice For BreachDisputes: the holder contests a delivery, within the window.
    function freezeEscrow(uint256 licenseId) external;

    /// @notice For BreachDisputes.
    function decideEscrow(uint256 licenseId, bool refundBuyer) external;
}
