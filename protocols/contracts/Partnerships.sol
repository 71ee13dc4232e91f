// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {EIP712Upgradeable} from "@openzeppelin/contracts-upgradeable/utils/cryptography/EIP712Upgradeable.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IAssetRegistry} from "./interfaces/IAssetRegistry.sol";
import {IAttribution} from "./interfaces/IAttribution.sol";
import {ILicensing} from "./interfaces/ILicensing.sol";
import {IPartnerships} from "./interfaces/IPartnerships.sol";
import {SystemAddresses} from "./system/SystemAddresses.sol";

/// @title Partnerships
/// @notice Implements IPartnerships, where every function is described.
contract Partnerships is IPartnerships, EIP712Upgradeable, ReentrancyGuardTransient {
    uint256 private constant TEN_THOUSAND = 10_000;
    uint8 private constant ALL_RIGHTS = 0x07;
    bytes32 private constant AGREEMENT_TYPE_HASH =
        keccak256(
            "Agreement(uint256 assetId,address licensee,uint16 revenueShare,uint8 rights,uint16 uses,uint32 territories,uint64 startsAt,uint64 endsAt,uint32 reportingPeriod,uint32 noticePeriod,uint96 upfront,bytes32 document,bytes32 salt,uint64 deadline)"
        );

    /// @custom:storage-location erc7201:qanat.storage.Partnerships
    struct PartnershipsStorage {
        mapping(uint256 licenseId => Partnership) partnerships;
        mapping(bytes32 agreementHash => uint256 licenseId) concluded;
        mapping(uint256 licenseId => bool) noticed;
    }

    // keccak256(abi.encode(uint256(keccak256("qanat.storage.Partnerships")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE_LOCATION = 0xc78a4f9881c3f0a25c7b777d45a4b463957a4cdeb13c6dd9f0ffeeb52aa11f00;

    IAssetRegistry private constant REGISTRY = IAssetRegistry(SystemAddresses.ASSET_REGISTRY);
    ILicensing private constant LICENSING = ILicensing(SystemAddresses.LICENSING);
    IAttribution private constant ATTRIBUTION = IAttribution(SystemAddresses.ATTRIBUTION);

    /// @inheritdoc IPartnerships
    function conclude(
        Agreement calldata agreement,
        bytes calldata licensorSignature,
        bytes calldata licenseeSignature
    ) external payable nonReentrant returns (uint256 licenseId) {
        bytes32 agreementHash = hashAgreement(agreement);
        _checkAgreement(agreement);
        address licensor = REGISTRY.creatorOf(agreement.assetId);
        if (!_consents(licensor, agreementHash, licensorSignature)) revert LicensorUnsigned(licensor);
        if (!_consents(agreement.licensee, agreementHash, licenseeSignature)) {
            revert LicenseeUnsigned(agreement.licensee);
        }
        PartnershipsStorage storage $ = _storage();
        licenseId = $.concluded[agreementHash];
        if (licenseId != 0) revert AgreementConcluded(agreementHash, licenseId);
        // Reverts when the asset's terms do not offer partnerships.
        licenseId = LICENSING.issue(
            agreement.assetId,
            ILicensing.LicenseKind.Partnership,
            agreement.licensee,
            agreement.rights,
            agreement.endsAt,
            agreement.upfront
        );
        $.concluded[agreementHash] = licenseId;
        _record($.partnerships[licenseId], agreement, agreementHash);
        emit PartnershipConcluded(
            licenseId,
            agreement.assetId,
            agreement.licensee,
            agreementHash,
            agreement.document
        );
        if (msg.value != 0) {
            ATTRIBUTION.receiveRevenue{value: msg.value}(agreement.assetId, IAttribution.RevenueSource.Partnership);
        }
    }

    /// @inheritdoc IPartnerships
    function report(uint256 licenseId, uint256 revenue, bytes32 evidence) external payable nonReentrant {
        Partnership storage partnership = _existing(licenseId);
        if (partnership.licensee != msg.sender) revert NotPartner(licenseId, msg.sender);
        uint256 due = dueFor(licenseId, revenue);
        if (msg.value != due) revert WrongReportPayment(msg.value, due);
        uint32 number = partnership.reportCount + 1;
        bytes32 auditTrail = keccak256(
            abi.encode(partnership.auditTrail, number, revenue, due, evidence, block.timestamp)
        );
        partnership.reportCount = number;
        if (block.timestamp > partnership.lastReportAt) partnership.lastReportAt = uint64(block.timestamp);
        // Checked additions: sums beyond 128 bits are refused.
        partnership.reportedRevenue = _add128(partnership.reportedRevenue, revenue);
        partnership.paid = _add128(partnership.paid, due);
        partnership.auditTrail = auditTrail;
        emit RevenueReported(licenseId, partnership.assetId, number, revenue, due, evidence, auditTrail);
        if (due != 0) {
            ATTRIBUTION.receiveRevenue{value: due}(partnership.assetId, IAttribution.RevenueSource.Partnership);
        }
    }

    /// @inheritdoc IPartnerships
    function giveNotice(uint256 licenseId) external {
        PartnershipsStorage storage $ = _storage();
        Partnership storage partnership = _existing(licenseId);
        if (msg.sender != partnership.licensee && msg.sender != REGISTRY.creatorOf(partnership.assetId)) {
            revert NotPartner(licenseId, msg.sender);
        }
        if (block.timestamp > partnership.endsAt) revert PartnershipEnded(licenseId, partnership.endsAt);
        if ($.noticed[licenseId]) revert NoticeAlreadyGiven(licenseId, partnership.endsAt);
        $.noticed[licenseId] = true;
        uint64 endsAt = uint64(block.timestamp) + partnership.noticePeriod;
        if (endsAt > partnership.endsAt) endsAt = partnership.endsAt;
        partnership.endsAt = endsAt;
        emit NoticeGiven(licenseId, msg.sender, endsAt);
        LICENSING.extend(licenseId, endsAt);
    }

    /// @inheritdoc IPartnerships
    function hashAgreement(Agreement calldata agreement) public view returns (bytes32) {
        // All members are words of themselves, so the encoding is that of EIP-712.
        return _hashTypedDataV4(keccak256(abi.encode(AGREEMENT_TYPE_HASH, agreement)));
    }

    /// @inheritdoc IPartnerships
    function getPartnership(uint256 licenseId) external view returns (Partnership memory) {
        return _existing(licenseId);
    }

    /// @inheritdoc IPartnerships
    function dueFor(uint256 licenseId, uint256 revenue) public view returns (uint256) {
        return Math.mulDiv(revenue, _existing(licenseId).revenueShare, TEN_THOUSAND, Math.Rounding.Ceil);
    }

    /// @inheritdoc IPartnerships
    function isInForce(uint256 licenseId) external view returns (bool) {
        Partnership storage partnership = _existing(licenseId);
        if (block.timestamp < partnership.startsAt || block.timestamp > partnership.endsAt) return false;
        uint256 period = partnership.reportingPeriod;
        return period == 0 || block.timestamp <= partnership.lastReportAt + period;
    }

    function _checkAgreement(Agreement calldata agreement) private view {
        if (block.timestamp > agreement.deadline) revert AgreementExpired(agreement.deadline, block.timestamp);
        uint256 least = REGISTRY.licenseTermsOf(agreement.assetId).partnershipShare;
        if (agreement.revenueShare < least) revert RevenueShareTooLow(agreement.revenueShare, least);
        if (agreement.revenueShare > TEN_THOUSAND) revert RevenueShareTooHigh(agreement.revenueShare);
        if (
            agreement.licensee == address(0) ||
            agreement.rights == 0 ||
            agreement.rights & ~ALL_RIGHTS != 0 ||
            agreement.endsAt < agreement.startsAt ||
            agreement.endsAt < block.timestamp
        ) revert InvalidAgreement();
        if (msg.value != agreement.upfront) revert WrongUpfront(msg.value, agreement.upfront);
    }

    function _consents(address side, bytes32 agreementHash, bytes calldata signature) private view returns (bool) {
        return side == msg.sender || SignatureChecker.isValidSignatureNowCalldata(side, agreementHash, signature);
    }

    function _record(Partnership storage partnership, Agreement calldata agreement, bytes32 agreementHash) private {
        partnership.assetId = agreement.assetId;
        partnership.licensee = agreement.licensee;
        partnership.revenueShare = agreement.revenueShare;
        partnership.reportingPeriod = agreement.reportingPeriod;
        partnership.noticePeriod = agreement.noticePeriod;
        partnership.startsAt = agreement.startsAt;
        partnership.endsAt = agreement.endsAt;
        // The first report is due a period after it begins.
        partnership.lastReportAt = agreement.startsAt > block.timestamp
            ? agreement.startsAt
            : uint64(block.timestamp);
        partnership.uses = agreement.uses;
        partnership.territories = agreement.territories;
        partnership.document = agreement.document;
        partnership.agreementHash = agreementHash;
    }

    function _add128(uint128 sum, uint256 amount) private pure returns (uint128) {
        if (amount > type(uint128).max - sum) revert RevenueOutOfRange(amount);
        return sum + uint128(amount);
    }

    function _existing(uint256 licenseId) private view returns (Partnership storage partnership) {
        partnership = _storage().partnerships[licenseId];
        if (partnership.licensee == address(0)) revert UnknownPartnership(licenseId);
    }

    function _EIP712Name() internal pure override returns (string memory) {
        return "Qanat Partnerships";
    }

    function _EIP712Version() internal pure override returns (string memory) {
        return "1";
    }

    function _storage() private pure returns (PartnershipsStorage storage $) {
        assembly {
            $.slot := STORAGE_LOCATION
        }
    }
}
