// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ERC721Upgradeable} from "@openzeppelin/contracts-upgradeable/token/ERC721/ERC721Upgradeable.sol";
import {IERC2981} from "@openzeppelin/contracts/interfaces/IERC2981.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IApiMetering} from "./interfaces/IApiMetering.sol";
import {IAssetRegistry} from "./interfaces/IAssetRegistry.sol";
import {IAttribution} from "./interfaces/IAttribution.sol";
import {IBreachDisputes} from "./interfaces/IBreachDisputes.sol";
import {ILicensing} from "./interfaces/ILicensing.sol";
import {IPartnerships} from "./interfaces/IPartnerships.sol";
import {IVaultAccess} from "./interfaces/IVaultAccess.sol";
import {HeldLicenses} from "./libraries/HeldLicenses.sol";
import {SystemAddresses} from "./system/SystemAddresses.sol";

/// @title Licensing
/// @notice Implements ILicensing, where every function is described.
contract Licensing is ILicensing, IERC2981, ERC721Upgradeable, ReentrancyGuardTransient {
    using HeldLicenses for uint256[];

    /// @notice Seconds in which the buyer of full access may contest the key that was delivered.
    uint64 public constant CONTEST_WINDOW = 1 days;
    uint256 public constant MAX_PUBLIC_KEY_BYTES = 256;
    uint256 public constant MAX_ENCRYPTED_KEY_BYTES = 512;
    uint256 private constant TEN_THOUSAND = 10_000;
    uint64 private constant FOREVER = type(uint64).max;
    uint8 private constant ALL_RIGHTS = 0x07;
    uint8 private constant CALL_ONLY = uint8(1 << uint8(Right.Call));

    /// @custom:storage-location erc7201:qanat.storage.Licensing
    struct LicensingStorage {
        uint256 licenseCount;
        mapping(uint256 licenseId => License) licenses;
        mapping(uint256 licenseId => Escrow) escrows;
        /// @dev Full-access licences that are active, by asset and holder, kept in step with ownership by `_update`.
        mapping(uint256 assetId => mapping(address holder => uint256)) fullAccess;
        /// @dev Long-term licences: few, see HeldLicenses. Anyone can give them to anyone.
        mapping(uint256 assetId => mapping(address holder => uint256[])) longTerm;
        /// @dev API and partnership licences, likewise, but only for who asked for them: gifts must not take their room.
        mapping(uint256 assetId => mapping(address holder => uint256[])) personal;
        mapping(address account => uint256) refunds;
    }

    // keccak256(abi.encode(uint256(keccak256("qanat.storage.Licensing")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE_LOCATION = 0x1e4f72cfed780fa9c126e344cca1f5e2908acfbe2be07885b003299fcaf9b000;

    IAssetRegistry private constant REGISTRY = IAssetRegistry(SystemAddresses.ASSET_REGISTRY);
    IAttribution private constant ATTRIBUTION = IAttribution(SystemAddresses.ATTRIBUTION);
    IVaultAccess private constant VAULT = IVaultAccess(SystemAddresses.VAULT_ACCESS);

    modifier onlyDisputes() {
        if (msg.sender != SystemAddresses.BREACH_DISPUTES) revert NotModule(msg.sender);
        _;
    }

    /// @inheritdoc ILicensing
    function buy(
        uint256 assetId,
        LicenseKind kind,
        address holder
    ) external payable nonReentrant returns (uint256 licenseId) {
        if (kind != LicenseKind.FullAccess && kind != LicenseKind.LongTerm) revert NotSoldHere(kind);
        IAssetRegistry.LicenseTerms memory terms = _offer(assetId, kind);
        uint96 price = _checkedPayment(terms, kind);
        uint64 expiresAt = FOREVER;
        if (kind == LicenseKind.LongTerm) expiresAt = uint64(block.timestamp) + terms.period;
        else if (terms.deliveryTimeout != 0) revert KeyDeliveryNeeded(assetId);

        licenseId = _create(
            assetId,
            holder,
            License({
                assetId: assetId,
                kind: kind,
                status: LicenseStatus.Active,
                rights: kind == LicenseKind.LongTerm ? CALL_ONLY : ALL_RIGHTS,
                issuedAt: uint64(block.timestamp),
                expiresAt: expiresAt,
                price: price
            })
        );
        _bringIn(assetId, price);
        // Last, because it asks the holder, when that is a contract, whether it takes the token.
        _safeMint(holder, licenseId);
    }

    /// @inheritdoc ILicensing
    function buyWithDelivery(
        uint256 assetId,
        bytes calldata publicKey
    ) external payable nonReentrant returns (uint256 licenseId) {
        IAssetRegistry.LicenseTerms memory terms = _offer(assetId, LicenseKind.FullAccess);
        uint96 price = _checkedPayment(terms, LicenseKind.FullAccess);
        bytes32 keyCommitment = VAULT.keyCommitmentOf(assetId);
        if (terms.deliveryTimeout == 0 || keyCommitment == 0) revert NoKeyToDeliver(assetId);
        if (publicKey.length == 0 || publicKey.length > MAX_PUBLIC_KEY_BYTES) {
            revert InvalidKeyLength(publicKey.length, MAX_PUBLIC_KEY_BYTES);
        }
        licenseId = _create(
            assetId,
            msg.sender,
            License({
                assetId: assetId,
                kind: LicenseKind.FullAccess,
                status: LicenseStatus.Pending,
                rights: ALL_RIGHTS,
                issuedAt: uint64(block.timestamp),
                expiresAt: FOREVER,
                price: price
            })
        );
        uint64 until = uint64(block.timestamp) + terms.deliveryTimeout;
        _storage().escrows[licenseId] = Escrow({
            buyer: msg.sender,
            amount: price,
            status: EscrowStatus.AwaitingKey,
            until: until,
            publicKeyHash: keccak256(publicKey),
            keyCommitment: keyCommitment,
            deliveryHash: 0
        });
        emit KeyAwaited(licenseId, assetId, msg.sender, publicKey, keyCommitment, until);
        _safeMint(msg.sender, licenseId);
    }

    /// @inheritdoc ILicensing
    function deliverKey(uint256 licenseId, bytes calldata encryptedKey) external nonReentrant {
        License storage license = _existing(licenseId);
        uint256 assetId = license.assetId;
        if (REGISTRY.creatorOf(assetId) != msg.sender && !VAULT.isCustodian(assetId, msg.sender)) {
            revert NotLicensor(licenseId, msg.sender);
        }
        Escrow storage escrow = _escrowIn(licenseId, EscrowStatus.AwaitingKey);
        if (block.timestamp > escrow.until) revert TooLate(licenseId, escrow.until);
        if (encryptedKey.length == 0 || encryptedKey.length > MAX_ENCRYPTED_KEY_BYTES) {
            revert InvalidKeyLength(encryptedKey.length, MAX_ENCRYPTED_KEY_BYTES);
        }
        uint64 until = uint64(block.timestamp) + CONTEST_WINDOW;
        escrow.status = EscrowStatus.Delivered;
        escrow.until = until;
        escrow.deliveryHash = keccak256(encryptedKey);
        // A pending licence cannot have moved: its holder is the buyer.
        _storage().fullAccess[assetId][escrow.buyer] += 1;
        _setStatus(licenseId, LicenseStatus.Active);
        emit KeyDelivered(licenseId, encryptedKey, until);
        VAULT.logDelivery(assetId, escrow.buyer, encryptedKey);
    }

    /// @inheritdoc ILicensing
    function releasePayment(uint256 licenseId) external nonReentrant {
        Escrow storage escrow = _escrowIn(licenseId, EscrowStatus.Delivered);
        if (msg.sender != escrow.buyer && block.timestamp <= escrow.until) revert TooEarly(licenseId, escrow.until);
        _release(licenseId, escrow);
    }

    /// @inheritdoc ILicensing
    function refundUndelivered(uint256 licenseId) external nonReentrant {
        Escrow storage escrow = _escrowIn(licenseId, EscrowStatus.AwaitingKey);
        if (block.timestamp <= escrow.until) revert TooEarly(licenseId, escrow.until);
        _refund(licenseId, escrow);
    }

    /// @inheritdoc ILicensing
    function withdrawRefund(address payable recipient) external nonReentrant returns (uint256 amount) {
        if (recipient == address(0)) revert InvalidRecipient(recipient);
        LicensingStorage storage $ = _storage();
        amount = $.refunds[msg.sender];
        if (amount == 0) revert NothingToWithdraw(msg.sender);
        $.refunds[msg.sender] = 0;
        emit RefundWithdrawn(msg.sender, recipient, amount);
        Address.sendValue(recipient, amount);
    }

    /// @inheritdoc ILicensing
    function renew(uint256 licenseId) external payable nonReentrant {
        License storage license = _existing(licenseId);
        if (license.kind != LicenseKind.LongTerm || license.status != LicenseStatus.Active) {
            revert NotRenewable(licenseId);
        }
        uint256 assetId = license.assetId;
        IAssetRegistry.LicenseTerms memory terms = _offer(assetId, LicenseKind.LongTerm);
        uint96 price = _checkedPayment(terms, LicenseKind.LongTerm);
        uint64 from = license.expiresAt > block.timestamp ? license.expiresAt : uint64(block.timestamp);
        license.expiresAt = from + terms.period;
        address holder = ownerOf(licenseId);
        // It may have made room for another when it had ended.
        uint256[] storage held = _storage().longTerm[assetId][holder];
        held.remove(licenseId);
        held.add(_storage().licenses, assetId, holder, licenseId);
        emit LicenseRenewed(licenseId, license.expiresAt, msg.sender, price);
        _bringIn(assetId, price);
    }

    /// @inheritdoc ILicensing
    function issue(
        uint256 assetId,
        LicenseKind kind,
        address holder,
        uint8 rights,
        uint64 expiresAt,
        uint96 price
    ) external returns (uint256 licenseId) {
        _checkModule(kind);
        _offer(assetId, kind);
        licenseId = _create(
            assetId,
            holder,
            License({
                assetId: assetId,
                kind: kind,
                status: LicenseStatus.Active,
                rights: rights,
                issuedAt: uint64(block.timestamp),
                expiresAt: expiresAt,
                price: price
            })
        );
        // The holder asked for it or signed for it.
        _mint(holder, licenseId);
    }

    /// @inheritdoc ILicensing
    function extend(uint256 licenseId, uint64 expiresAt) external {
        License storage license = _existing(licenseId);
        _checkModule(license.kind);
        license.expiresAt = expiresAt;
        emit LicenseExtended(licenseId, expiresAt);
    }

    /// @inheritdoc ILicensing
    function end(uint256 licenseId) external {
        _checkModule(_existing(licenseId).kind);
        _setStatus(licenseId, LicenseStatus.Ended);
    }

    /// @inheritdoc ILicensing
    function revoke(uint256 licenseId) external onlyDisputes {
        License storage license = _existing(licenseId);
        if (license.status != LicenseStatus.Active) return;
        if (license.kind == LicenseKind.FullAccess) {
            _storage().fullAccess[license.assetId][ownerOf(licenseId)] -= 1;
        }
        _setStatus(licenseId, LicenseStatus.Revoked);
    }

    /// @inheritdoc ILicensing
    function freezeEscrow(uint256 licenseId) external onlyDisputes {
        Escrow storage escrow = _escrowIn(licenseId, EscrowStatus.Delivered);
        if (block.timestamp > escrow.until) revert TooLate(licenseId, escrow.until);
        escrow.status = EscrowStatus.Contested;
        emit EscrowContested(licenseId);
    }

    /// @inheritdoc ILicensing
    function decideEscrow(uint256 licenseId, bool refundBuyer) external onlyDisputes {
        Escrow storage escrow = _escrowIn(licenseId, EscrowStatus.Contested);
        if (refundBuyer) _refund(licenseId, escrow);
        else _release(licenseId, escrow);
    }

    /// @inheritdoc ILicensing
    function priceOf(uint256 assetId, LicenseKind kind) external view returns (uint256) {
        return _price(_offer(assetId, kind), kind);
    }

    /// @inheritdoc ILicensing
    function getLicense(uint256 licenseId) external view returns (License memory) {
        return _existing(licenseId);
    }

    /// @inheritdoc ILicensing
    function getEscrow(uint256 licenseId) external view returns (Escrow memory) {
        return _storage().escrows[licenseId];
    }

    /// @inheritdoc ILicensing
    function refundOf(address account) external view returns (uint256) {
        return _storage().refunds[account];
    }

    /// @inheritdoc ILicensing
    function isValid(uint256 licenseId) public view returns (bool) {
        License storage license = _existing(licenseId);
        if (license.status != LicenseStatus.Active || block.timestamp > license.expiresAt) return false;
        LicenseKind kind = license.kind;
        if (kind == LicenseKind.Api) return IApiMetering(SystemAddresses.API_METERING).canCall(licenseId);
        if (kind == LicenseKind.Partnership) {
            return IPartnerships(SystemAddresses.PARTNERSHIPS).isInForce(licenseId);
        }
        return true;
    }

    /// @inheritdoc ILicensing
    function conditionsOf(uint256 licenseId) external view returns (uint16 uses, uint32 territories) {
        License storage license = _existing(licenseId);
        if (license.kind == LicenseKind.Partnership) {
            IPartnerships.Partnership memory partnership = IPartnerships(SystemAddresses.PARTNERSHIPS).getPartnership(
                licenseId
            );
            return (partnership.uses, partnership.territories);
        }
        IAssetRegistry.LicenseTerms memory terms = REGISTRY.licenseTermsOf(license.assetId);
        return (terms.uses, terms.territories);
    }

    /// @inheritdoc ILicensing
    function licenseCount(uint256 assetId, address account) external view returns (uint256) {
        LicensingStorage storage $ = _storage();
        return $.fullAccess[assetId][account] + $.longTerm[assetId][account].length + $.personal[assetId][account].length;
    }

    /// @inheritdoc ILicensing
    /// @dev A full-access licence has every right there is; whether derivatives may be registered at all is the asset's
    /// policy, which the registry checks.
    function isAuthorized(address account, uint256 assetId, Right right) external view returns (bool) {
        if (account == address(0)) return false;
        LicensingStorage storage $ = _storage();
        if ($.fullAccess[assetId][account] != 0 || REGISTRY.creatorOf(assetId) == account) return true;
        return _anyGives($.longTerm[assetId][account], right) || _anyGives($.personal[assetId][account], right);
    }

    /// @inheritdoc ILicensing
    function royaltyInfo(
        uint256 licenseId,
        uint256 salePrice
    ) external view override(IERC2981, ILicensing) returns (address receiver, uint256 amount) {
        uint256 commission = REGISTRY.licenseTermsOf(_existing(licenseId).assetId).resaleCommission;
        return (
            SystemAddresses.ATTRIBUTION,
            Math.mulDiv(salePrice, commission, TEN_THOUSAND, Math.Rounding.Ceil)
        );
    }

    function name() public pure override returns (string memory) {
        return "Qanat Licence";
    }

    function symbol() public pure override returns (string memory) {
        return "QLIC";
    }

    function supportsInterface(bytes4 interfaceId) public view override(ERC721Upgradeable, IERC165) returns (bool) {
        return interfaceId == type(IERC2981).interfaceId || super.supportsInterface(interfaceId);
    }

    /// @dev Keeps what `isAuthorized` reads in step with ownership, and holds transfers to the frozen terms.
    function _update(address to, uint256 licenseId, address auth) internal override returns (address from) {
        from = super._update(to, licenseId, auth);
        LicensingStorage storage $ = _storage();
        License storage license = $.licenses[licenseId];
        uint256 assetId = license.assetId;
        if (from != address(0)) _checkTransfer(licenseId, license);
        if (license.kind == LicenseKind.FullAccess) {
            if (license.status != LicenseStatus.Active) return from;
            if (from != address(0)) $.fullAccess[assetId][from] -= 1;
            $.fullAccess[assetId][to] += 1;
        } else if (license.kind == LicenseKind.LongTerm) {
            if (from != address(0)) $.longTerm[assetId][from].remove(licenseId);
            $.longTerm[assetId][to].add($.licenses, assetId, to, licenseId);
        } else {
            // Personal: it is issued once and never moves.
            $.personal[assetId][to].add($.licenses, assetId, to, licenseId);
        }
    }

    function _anyGives(uint256[] storage held, Right right) private view returns (bool) {
        for (uint256 i = 0; i < held.length; ++i) {
            if (_storage().licenses[held[i]].rights & (1 << uint8(right)) != 0 && isValid(held[i])) return true;
        }
        return false;
    }

    function _checkTransfer(uint256 licenseId, License storage license) private view {
        IAssetRegistry.LicenseTerms memory terms = REGISTRY.licenseTermsOf(license.assetId);
        EscrowStatus escrow = _storage().escrows[licenseId].status;
        if (
            terms.transferable & (1 << uint8(license.kind)) == 0 ||
            license.status != LicenseStatus.Active ||
            (escrow != EscrowStatus.None && escrow != EscrowStatus.Released) ||
            IBreachDisputes(SystemAddresses.BREACH_DISPUTES).openDispute(licenseId) != 0
        ) revert NotTransferable(licenseId);
        if (terms.resaleCommission != 0 && msg.sender != SystemAddresses.MARKETPLACE) {
            revert OnlyThroughMarketplace(licenseId);
        }
    }

    function _create(
        uint256 assetId,
        address holder,
        License memory license
    ) private returns (uint256 licenseId) {
        LicensingStorage storage $ = _storage();
        licenseId = ++$.licenseCount;
        $.licenses[licenseId] = license;
        emit LicenseIssued(licenseId, assetId, holder, license.kind, msg.sender, license.price);
    }

    /// @dev Reverts when the asset has no such licence for sale.
    function _offer(
        uint256 assetId,
        LicenseKind kind
    ) private view returns (IAssetRegistry.LicenseTerms memory terms) {
        terms = REGISTRY.licenseTermsOf(assetId);
        if (REGISTRY.statusOf(assetId) != IAssetRegistry.AssetStatus.Active) revert AssetNotForSale(assetId);
        if (terms.menu & (1 << uint8(kind)) == 0) revert LicenseNotOffered(assetId, kind);
    }

    function _checkedPayment(
        IAssetRegistry.LicenseTerms memory terms,
        LicenseKind kind
    ) private view returns (uint96 price) {
        price = _price(terms, kind);
        if (msg.value != price) revert WrongPayment(msg.value, price);
    }

    function _price(IAssetRegistry.LicenseTerms memory terms, LicenseKind kind) private pure returns (uint96) {
        if (kind == LicenseKind.FullAccess) return terms.fullAccessPrice;
        if (kind == LicenseKind.LongTerm) return terms.periodPrice;
        return kind == LicenseKind.Api ? terms.callPrice : 0;
    }

    function _bringIn(uint256 assetId, uint256 amount) private {
        if (amount == 0) return;
        ATTRIBUTION.receiveRevenue{value: amount}(assetId, IAttribution.RevenueSource.License);
    }

    function _release(uint256 licenseId, Escrow storage escrow) private {
        escrow.status = EscrowStatus.Released;
        emit EscrowSettled(licenseId, EscrowStatus.Released, escrow.amount);
        _bringIn(_storage().licenses[licenseId].assetId, escrow.amount);
    }

    function _refund(uint256 licenseId, Escrow storage escrow) private {
        LicensingStorage storage $ = _storage();
        // After a delivery it was active, and could not move before the payment was released.
        if (escrow.status == EscrowStatus.Contested) $.fullAccess[$.licenses[licenseId].assetId][escrow.buyer] -= 1;
        escrow.status = EscrowStatus.Refunded;
        $.refunds[escrow.buyer] += escrow.amount;
        _setStatus(licenseId, LicenseStatus.Refunded);
        emit EscrowSettled(licenseId, EscrowStatus.Refunded, escrow.amount);
    }

    function _setStatus(uint256 licenseId, LicenseStatus status) private {
        _storage().licenses[licenseId].status = status;
        emit LicenseStatusChanged(licenseId, status);
    }

    function _escrowIn(uint256 licenseId, EscrowStatus status) private view returns (Escrow storage escrow) {
        escrow = _storage().escrows[licenseId];
        if (escrow.status != status) revert WrongEscrowStatus(licenseId, escrow.status);
    }

    function _existing(uint256 licenseId) private view returns (License storage license) {
        license = _storage().licenses[licenseId];
        if (license.status == LicenseStatus.None) revert UnknownLicense(licenseId);
    }

    function _checkModule(LicenseKind kind) private view {
        address module = kind == LicenseKind.Api ? SystemAddresses.API_METERING : SystemAddresses.PARTNERSHIPS;
        if (msg.sender != module || (kind != LicenseKind.Api && kind != LicenseKind.Partnership)) {
            revert NotModule(msg.sender);
        }
    }

    function _storage() private pure returns (LicensingStorage storage $) {
        assembly {
            $.slot := STORAGE_LOCATION
        }
    }
}
