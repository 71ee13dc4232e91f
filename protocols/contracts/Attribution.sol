// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IAssetRegistry} from "./interfaces/IAssetRegistry.sol";
import {IAttribution} from "./interfaces/IAttribution.sol";
import {SystemAddresses} from "./system/SystemAddresses.sol";

/// @title Attribution
/// @notice Implements IAttribution, where every function is described.
/// @dev Per asset, `perWeightX64` is what one basis point of weight has earned since the beginning, and `remainderX64`
/// what a division by the 10,000 points left over, carried into the next: so perWeightX64 · 10,000 + remainderX64 is, to
/// the last bit, what was credited. A contributor has earned weight · perWeightX64, of which the whole wei can be
/// claimed; what it was paid before is its debt. Only claiming rounds, down, and what it leaves behind is not forgotten:
/// it counts at the next claim.
contract Attribution is IAttribution, ReentrancyGuardTransient {
    using Address for address payable;

    /// @dev More than will ever exist in wei; keeps every product below within its word.
    uint256 public constant MAX_REVENUE = type(uint128).max;
    uint256 private constant SHARE_ONE = 1e32;
    uint256 private constant TOTAL_WEIGHT = 10_000;

    /// @dev One slot. 2^192 holds 2^128 wei for each basis point.
    struct Account {
        uint192 perWeightX64;
        uint64 remainderX64;
    }

    /// @custom:storage-location erc7201:qanat.storage.Attribution
    struct AttributionStorage {
        /// @dev Together they are the books of the whole contract, in one slot.
        uint128 totalReceived;
        uint128 totalPaid;
        mapping(uint256 assetId => Account) accounts;
        mapping(uint256 assetId => mapping(address contributor => uint256)) paid;
    }

    // keccak256(abi.encode(uint256(keccak256("qanat.storage.Attribution")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE_LOCATION = 0xc992f343fe6d553a837b5f215eb0a08c424bc7ba931dfee009cdb69bdf0bba00;

    IAssetRegistry private constant REGISTRY = IAssetRegistry(SystemAddresses.ASSET_REGISTRY);

    /// @inheritdoc IAttribution
    function receiveRevenue(uint256 assetId, RevenueSource source) external payable {
        if (msg.value == 0) revert NoRevenue();
        // Reverts for an asset that does not exist.
        (uint256[] memory ancestors, uint256[] memory shares) = REGISTRY.lineage(assetId);

        AttributionStorage storage $ = _storage();
        uint256 received = $.totalReceived + msg.value;
        if (received > MAX_REVENUE) revert RevenueTooLarge(msg.value, MAX_REVENUE);
        $.totalReceived = uint128(received);

        uint256 amountX64 = msg.value << 64;
        uint256 keptX64 = amountX64;
        for (uint256 i = 0; i < ancestors.length; ++i) {
            if (shares[i] == 0) continue;
            uint256 royaltyX64 = Math.mulDiv(amountX64, shares[i], SHARE_ONE);
            // The asset keeps what rounding down leaves, less than 2^-64 wei for each ancestor.
            keptX64 -= royaltyX64;
            _credit($.accounts[ancestors[i]], royaltyX64);
            emit RoyaltyCredited(ancestors[i], assetId, royaltyX64);
        }
        _credit($.accounts[assetId], keptX64);
        emit RevenueReceived(assetId, msg.sender, source, msg.value, keptX64);
    }

    /// @inheritdoc IAttribution
    function claim(uint256 assetId) external returns (uint256 amount) {
        return claimTo(assetId, payable(msg.sender));
    }

    /// @inheritdoc IAttribution
    function claimTo(uint256 assetId, address payable recipient) public nonReentrant returns (uint256 amount) {
        amount = _settle(assetId, recipient);
        if (amount == 0) revert NothingToClaim(assetId, msg.sender);
        _pay(recipient, amount);
    }

    /// @inheritdoc IAttribution
    function claimMany(uint256[] calldata assetIds) external nonReentrant returns (uint256 amount) {
        for (uint256 i = 0; i < assetIds.length; ++i) amount += _settle(assetIds[i], msg.sender);
        if (amount != 0) _pay(payable(msg.sender), amount);
    }

    /// @inheritdoc IAttribution
    function claimable(uint256 assetId, address account) public view returns (uint256) {
        AttributionStorage storage $ = _storage();
        uint256 earnedX64 = uint256($.accounts[assetId].perWeightX64) * REGISTRY.weightOf(assetId, account);
        return (earnedX64 >> 64) - $.paid[assetId][account];
    }

    /// @inheritdoc IAttribution
    function paid(uint256 assetId, address account) external view returns (uint256) {
        return _storage().paid[assetId][account];
    }

    /// @inheritdoc IAttribution
    function creditedX64(uint256 assetId) external view returns (uint256) {
        Account memory account = _storage().accounts[assetId];
        return uint256(account.perWeightX64) * TOTAL_WEIGHT + account.remainderX64;
    }

    /// @inheritdoc IAttribution
    function totalReceived() external view returns (uint256) {
        return _storage().totalReceived;
    }

    /// @inheritdoc IAttribution
    function totalPaid() external view returns (uint256) {
        return _storage().totalPaid;
    }

    function _credit(Account storage account, uint256 amountX64) private {
        uint256 undividedX64 = amountX64 + account.remainderX64;
        account.perWeightX64 += uint192(undividedX64 / TOTAL_WEIGHT);
        account.remainderX64 = uint64(undividedX64 % TOTAL_WEIGHT);
    }

    /// @dev Books what the caller can claim as paid; the caller of this function pays it.
    function _settle(uint256 assetId, address recipient) private returns (uint256 amount) {
        amount = claimable(assetId, msg.sender);
        if (amount == 0) return 0;
        _storage().paid[assetId][msg.sender] += amount;
        emit RevenueClaimed(assetId, msg.sender, recipient, amount);
    }

    function _pay(address payable recipient, uint256 amount) private {
        if (recipient == address(0)) revert InvalidRecipient(recipient);
        _storage().totalPaid += uint128(amount);
        recipient.sendValue(amount);
    }

    function _storage() private pure returns (AttributionStorage storage $) {
        assembly {
            $.slot := STORAGE_LOCATION
        }
    }
}
