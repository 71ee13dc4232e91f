// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";

import {IAssetRegistry} from "./interfaces/IAssetRegistry.sol";
import {IShares} from "./interfaces/IShares.sol";
import {ShareToken} from "./ShareToken.sol";
import {SystemAddresses} from "./system/SystemAddresses.sol";

/// @title Shares
/// @notice Implements IShares, where every function is described.
contract Shares is IShares {
    uint256 public constant MAX_ALLOCATIONS = 32;
    uint256 public constant MAX_REDEEM_RATIO = 5_000;
    uint256 public constant MAX_NAME_BYTES = 64;
    /// @dev One share: with less, what a unit of revenue is worth per share could leave the fixed point's range.
    uint256 public constant MIN_SUPPLY = 1e18;
    uint256 public constant MAX_SUPPLY = 1e30;

    /// @custom:storage-location erc7201:qanat.storage.Shares
    struct SharesStorage {
        mapping(address token => uint256 assetId) assets;
        mapping(uint256 assetId => address token) tokens;
    }

    // keccak256(abi.encode(uint256(keccak256("qanat.storage.Shares")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE_LOCATION = 0xcb41a9b6be52903289b005e430d99cf042e30551009f928963623d12c9608500;

    IAssetRegistry private constant REGISTRY = IAssetRegistry(SystemAddresses.ASSET_REGISTRY);

    /// @inheritdoc IShares
    function create(uint256 assetId, ShareTerms calldata terms) external returns (address token) {
        IAssetRegistry.Asset memory asset = REGISTRY.getAsset(assetId);
        if (asset.sharesRatio == 0) revert NoShares(assetId);
        SharesStorage storage $ = _storage();
        if ($.tokens[assetId] != address(0)) revert SharesExist(assetId, $.tokens[assetId]);
        bytes32 termsHash = hashShareTerms(terms);
        if (termsHash != asset.shareTerms) revert ShareTermsMismatch(termsHash, asset.shareTerms);

        // The salt is the asset's id, so Attribution knows the address.
        token = Clones.cloneDeterministic(SystemAddresses.SHARE_TOKEN, bytes32(assetId));
        $.tokens[assetId] = token;
        $.assets[token] = assetId;
        emit SharesCreated(assetId, token, _supplyOf(terms));
        ShareToken(token).initialize(assetId, asset.sharesRatio, terms);
    }

    /// @inheritdoc IShares
    function hashShareTerms(ShareTerms calldata terms) public pure returns (bytes32) {
        if (bytes(terms.name).length > MAX_NAME_BYTES) revert NameTooLong(bytes(terms.name).length, MAX_NAME_BYTES);
        if (bytes(terms.symbol).length > MAX_NAME_BYTES) {
            revert NameTooLong(bytes(terms.symbol).length, MAX_NAME_BYTES);
        }
        if (terms.redeemRatio > MAX_REDEEM_RATIO) revert RedeemRatioTooHigh(terms.redeemRatio, MAX_REDEEM_RATIO);
        uint256 count = terms.allocations.length;
        if (count == 0) revert NoAllocations();
        if (count > MAX_ALLOCATIONS) revert TooManyAllocations(count, MAX_ALLOCATIONS);
        for (uint256 i = 0; i < count; ++i) {
            Allocation calldata allocation = terms.allocations[i];
            address account = allocation.account;
            if (account == address(0) || allocation.amount == 0 || allocation.cliff > allocation.duration) {
                revert InvalidAllocation(account);
            }
            for (uint256 j = 0; j < i; ++j) {
                if (terms.allocations[j].account == account) revert InvalidAllocation(account);
            }
        }
        uint256 supply = _supplyOf(terms);
        if (supply < MIN_SUPPLY || supply > MAX_SUPPLY) revert InvalidSupply(supply);
        return keccak256(abi.encode(terms));
    }

    /// @inheritdoc IShares
    function tokenOf(uint256 assetId) external view returns (address) {
        return _storage().tokens[assetId];
    }

    /// @inheritdoc IShares
    function assetOf(address token) external view returns (uint256) {
        return _storage().assets[token];
    }

    function _supplyOf(ShareTerms calldata terms) private pure returns (uint256 supply) {
        for (uint256 i = 0; i < terms.allocations.length; ++i) supply += terms.allocations[i].amount;
    }

    function _storage() private pure returns (SharesStorage storage $) {
        assembly {
            $.slot := STORAGE_LOCATION
        }
    }
}
