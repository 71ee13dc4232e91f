// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IAssetRegistry} from "./interfaces/IAssetRegistry.sol";
import {IAttribution} from "./interfaces/IAttribution.sol";
import {SystemAddresses} from "./system/SystemAddresses.sol";

/// @title Attribution
/// @notice Implements IAttribution, where every function is described.
/// @dev Per asset there is one number, what was ever credited to it, and per contributor its debt, what it was paid before.
/// A contributor has earned weight / 10,000 of the former, rounded down, and can claim that less its debt. Since the
/// rounding is of the whole and not of each payment, what it leaves behind counts again at the next claim.
contract Attribution is IAttribution, ReentrancyGuardTransient {
    using Address for address payable;

    /// @dev More than will ever exist in wei. In units of 10^-32 wei it is below 2^235, which leaves room for a weight.
    uint256 public constant MAX_REVENUE = type(uint128).max;
    /// @dev One whole share, of the registry's lineage.
    uint256 private constant SHARE_ONE = 1e32;
    uint256 private constant TOTAL_WEIGHT = 10_000;

    /// @custom:storage-location erc7201:qanat.storage.Attribution
    struct AttributionStorage {
        /// @dev Together they are the books of the whole contract, in one slot.
        uint128 totalReceived;
        uint128 totalPaid;
        mapping(uint256 assetId => uint256) creditedE32;
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

        uint256 keptShare = SHARE_ONE;
        for (uint256 i = 0; i < ancestors.length; ++i) {
            uint256 share = shares[i];
            if (share == 0) continue;
            keptShare -= share;
            uint256 royaltyE32 = msg.value * share;
            $.creditedE32[ancestors[i]] += royaltyE32;
            emit RoyaltyCredited(ancestors[i], assetId, royaltyE32);
        }
        uint256 keptE32 = msg.value * keptShare;
        $.creditedE32[assetId] += keptE32;
        emit RevenueReceived(assetId, msg.sender, source, msg.value, keptE32);
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
        uint256 earned = ($.creditedE32[assetId] * REGISTRY.weightOf(assetId, account)) / (TOTAL_WEIGHT * SHARE_ONE);
        return earned - $.paid[assetId][account];
    }

    /// @inheritdoc IAttribution
    function paid(uint256 assetId, address account) external view returns (uint256) {
        return _storage().paid[assetId][account];
    }

    /// @inheritdoc IAttribution
    function creditedE32(uint256 assetId) external view returns (uint256) {
        return _storage().creditedE32[assetId];
    }

    /// @inheritdoc IAttribution
    function totalReceived() external view returns (uint256) {
        return _storage().totalReceived;
    }

    /// @inheritdoc IAttribution
    function totalPaid() external view returns (uint256) {
        return _storage().totalPaid;
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
