// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {EIP712Upgradeable} from "@openzeppelin/contracts-upgradeable/utils/cryptography/EIP712Upgradeable.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

import {IApiMetering} from "./interfaces/IApiMetering.sol";
import {IAssetRegistry} from "./interfaces/IAssetRegistry.sol";
import {IAttribution} from "./interfaces/IAttribution.sol";
import {ILicensing} from "./interfaces/ILicensing.sol";
import {SystemAddresses} from "./system/SystemAddresses.sol";

/// @title ApiMetering
/// @notice Implements IApiMetering, where every function is described.
contract ApiMetering is IApiMetering, EIP712Upgradeable, ReentrancyGuardTransient {
    /// @notice Seconds that a licensor has to settle after a holder began to close its licence.
    uint64 public constant CLOSING_DELAY = 1 days;
    uint256 public constant MAX_BATCH = 64;
    uint64 private constant FOREVER = type(uint64).max;
    uint8 private constant CALL_ONLY = uint8(1 << uint8(ILicensing.Right.Call));
    bytes32 private constant VOUCHER_TYPE_HASH = keccak256("Voucher(uint256 licenseId,uint64 nonce,uint64 calls)");

    struct MeterRecord {
        address holder;
        uint96 callPrice;
        // slot 1
        uint96 balance;
        uint64 calls;
        uint64 nonce;
        // slot 2
        uint128 assetId;
        uint64 closingSince;
    }

    /// @custom:storage-location erc7201:qanat.storage.ApiMetering
    struct ApiMeteringStorage {
        mapping(uint256 licenseId => MeterRecord) meters;
        mapping(uint256 assetId => mapping(address account => uint64)) approvals;
        mapping(uint256 assetId => mapping(address account => uint256 licenseId)) open;
    }

    // keccak256(abi.encode(uint256(keccak256("qanat.storage.ApiMetering")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE_LOCATION = 0x8b9fb905c56826fd24e220bd8051729f57b4ae00a31d90990c21bb820c9c7700;

    IAssetRegistry private constant REGISTRY = IAssetRegistry(SystemAddresses.ASSET_REGISTRY);
    ILicensing private constant LICENSING = ILicensing(SystemAddresses.LICENSING);
    IAttribution private constant ATTRIBUTION = IAttribution(SystemAddresses.ATTRIBUTION);

    /// @inheritdoc IApiMetering
    function requestApproval(uint256 assetId, bytes32 evidence) external {
        // Reverts when the asset has no API licences for sale.
        LICENSING.priceOf(assetId, ILicensing.LicenseKind.Api);
        emit ApprovalRequested(assetId, msg.sender, evidence);
    }

    /// @inheritdoc IApiMetering
    function approve(uint256 assetId, address account, uint64 until, bytes32 evidence) external {
        if (REGISTRY.creatorOf(assetId) != msg.sender) revert NotAssetCreator(assetId, msg.sender);
        // Zero stands for what was never set.
        if (until == 0) revert InvalidApproval(until);
        _storage().approvals[assetId][account] = until;
        emit Approved(assetId, account, until, evidence);
    }

    /// @inheritdoc IApiMetering
    function open(uint256 assetId) external payable nonReentrant returns (uint256 licenseId) {
        uint256 callPrice = LICENSING.priceOf(assetId, ILicensing.LicenseKind.Api);
        if (block.timestamp > approvedUntil(assetId, msg.sender)) revert NotApproved(assetId, msg.sender);
        ApiMeteringStorage storage $ = _storage();
        licenseId = meterOf(assetId, msg.sender);
        if (licenseId == 0) {
            licenseId = LICENSING.issue(
                assetId,
                ILicensing.LicenseKind.Api,
                msg.sender,
                CALL_ONLY,
                FOREVER,
                uint96(callPrice)
            );
            $.open[assetId][msg.sender] = licenseId;
            MeterRecord storage meter = $.meters[licenseId];
            meter.holder = msg.sender;
            meter.callPrice = uint96(callPrice);
            meter.assetId = uint128(assetId);
            emit MeterOpened(licenseId, assetId, msg.sender, uint96(callPrice));
        }
        if (msg.value != 0) _deposit(licenseId);
    }

    /// @inheritdoc IApiMetering
    function deposit(uint256 licenseId) external payable nonReentrant {
        if (msg.value == 0) revert NoDeposit();
        _deposit(licenseId);
    }

    /// @inheritdoc IApiMetering
    function settle(
        Voucher[] calldata vouchers,
        bytes[] calldata signatures
    ) external nonReentrant returns (uint256 amount) {
        if (vouchers.length == 0) revert EmptyBatch();
        if (vouchers.length > MAX_BATCH) revert BatchTooLarge(vouchers.length, MAX_BATCH);
        if (signatures.length != vouchers.length) revert SignatureCountWrong(signatures.length, vouchers.length);
        for (uint256 i = 0; i < vouchers.length; ++i) amount += _settle(vouchers[i], signatures[i]);
    }

    /// @inheritdoc IApiMetering
    function startClosing(uint256 licenseId) external {
        MeterRecord storage meter = _openMeter(licenseId);
        if (meter.holder != msg.sender) revert NotMeterHolder(licenseId, msg.sender);
        if (meter.closingSince != 0) {
            revert StillClosing(licenseId, meter.closingSince + CLOSING_DELAY);
        }
        meter.closingSince = uint64(block.timestamp);
        emit ClosingStarted(licenseId, uint64(block.timestamp) + CLOSING_DELAY);
    }

    /// @inheritdoc IApiMetering
    function refund(
        uint256 licenseId,
        address payable recipient
    ) external nonReentrant returns (uint256 amount) {
        ApiMeteringStorage storage $ = _storage();
        MeterRecord storage meter = _meter(licenseId);
        uint256 assetId = meter.assetId;
        if (meter.holder != msg.sender) revert NotMeterHolder(licenseId, msg.sender);
        bool active = _isActive(licenseId);
        if (active && block.timestamp <= approvedUntil(assetId, msg.sender)) {
            uint64 since = meter.closingSince;
            if (since == 0) revert StillClosing(licenseId, FOREVER);
            if (block.timestamp < since + CLOSING_DELAY) revert StillClosing(licenseId, since + CLOSING_DELAY);
        }
        amount = meter.balance;
        if (amount == 0 && !active) revert NothingToRefund(licenseId);
        meter.balance = 0;
        if ($.open[assetId][msg.sender] == licenseId) $.open[assetId][msg.sender] = 0;
        emit BalanceRefunded(licenseId, msg.sender, recipient, amount);
        if (active) LICENSING.end(licenseId);
        Address.sendValue(recipient, amount);
    }

    /// @inheritdoc IApiMetering
    function hashVoucher(Voucher calldata voucher) public view returns (bytes32) {
        // All members are words of themselves, so the encoding is that of EIP-712.
        return _hashTypedDataV4(keccak256(abi.encode(VOUCHER_TYPE_HASH, voucher)));
    }

    /// @inheritdoc IApiMetering
    function getMeter(uint256 licenseId) external view returns (Meter memory) {
        MeterRecord storage meter = _meter(licenseId);
        return
            Meter({
                callPrice: meter.callPrice,
                balance: meter.balance,
                calls: meter.calls,
                nonce: meter.nonce,
                approvedUntil: approvedUntil(meter.assetId, meter.holder),
                closingSince: meter.closingSince
            });
    }

    /// @inheritdoc IApiMetering
    function canCall(uint256 licenseId) external view returns (bool) {
        MeterRecord storage meter = _meter(licenseId);
        return
            meter.closingSince == 0 &&
            meter.balance >= meter.callPrice &&
            block.timestamp <= approvedUntil(meter.assetId, meter.holder);
    }

    /// @inheritdoc IApiMetering
    function approvedUntil(uint256 assetId, address account) public view returns (uint64 until) {
        until = _storage().approvals[assetId][account];
        if (until == 0 && REGISTRY.licenseTermsOf(assetId).eligibility == 0) until = FOREVER;
    }

    /// @inheritdoc IApiMetering
    function meterOf(uint256 assetId, address account) public view returns (uint256 licenseId) {
        licenseId = _storage().open[assetId][account];
        // A revoked one is not paid into any more; its balance can be had back.
        if (licenseId != 0 && !_isActive(licenseId)) licenseId = 0;
    }

    function _deposit(uint256 licenseId) private {
        MeterRecord storage meter = _openMeter(licenseId);
        uint256 balance = meter.balance + msg.value;
        if (balance > type(uint96).max) revert DepositTooLarge(balance, type(uint96).max);
        meter.balance = uint96(balance);
        emit Deposited(licenseId, msg.sender, msg.value);
    }

    function _settle(Voucher calldata voucher, bytes calldata signature) private returns (uint256 amount) {
        uint256 licenseId = voucher.licenseId;
        MeterRecord storage meter = _meter(licenseId);
        if (!_isActive(licenseId)) revert MeterClosed(licenseId);
        uint256 assetId = meter.assetId;
        uint64 until = approvedUntil(assetId, meter.holder);
        if (block.timestamp > until) revert ApprovalExpired(licenseId, until);
        if (voucher.nonce <= meter.nonce) revert VoucherReplayed(licenseId, voucher.nonce, meter.nonce);
        if (voucher.calls <= meter.calls) revert NoNewCalls(licenseId, voucher.calls, meter.calls);
        amount = uint256(voucher.calls - meter.calls) * meter.callPrice;
        uint256 balance = meter.balance;
        if (amount > balance) revert Overspent(licenseId, amount, balance);
        if (!SignatureChecker.isValidSignatureNowCalldata(meter.holder, hashVoucher(voucher), signature)) {
            revert VoucherUnsigned(licenseId);
        }
        meter.balance = uint96(balance - amount);
        meter.calls = voucher.calls;
        meter.nonce = voucher.nonce;
        emit CallsSettled(licenseId, assetId, voucher.nonce, voucher.calls, amount);
        if (amount != 0) ATTRIBUTION.receiveRevenue{value: amount}(assetId, IAttribution.RevenueSource.Api);
    }

    function _isActive(uint256 licenseId) private view returns (bool) {
        return LICENSING.getLicense(licenseId).status == ILicensing.LicenseStatus.Active;
    }

    function _openMeter(uint256 licenseId) private view returns (MeterRecord storage meter) {
        meter = _meter(licenseId);
        if (!_isActive(licenseId)) revert MeterClosed(licenseId);
    }

    function _meter(uint256 licenseId) private view returns (MeterRecord storage meter) {
        meter = _storage().meters[licenseId];
        if (meter.holder == address(0)) revert UnknownMeter(licenseId);
    }

    function _EIP712Name() internal pure override returns (string memory) {
        return "Qanat ApiMetering";
    }

    function _EIP712Version() internal pure override returns (string memory) {
        return "1";
    }

    function _storage() private pure returns (ApiMeteringStorage storage $) {
        assembly {
            $.slot := STORAGE_LOCATION
        }
    }
}
