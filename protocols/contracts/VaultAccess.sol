// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAssetRegistry} from "./interfaces/IAssetRegistry.sol";
import {ILicensing} from "./interfaces/ILicensing.sol";
import {IVaultAccess} from "./interfaces/IVaultAccess.sol";
import {SystemAddresses} from "./system/SystemAddresses.sol";

/// @title VaultAccess
/// @notice Implements IVaultAccess, where every function is described.
contract VaultAccess is IVaultAccess {
    uint256 public constant MAX_PUBLIC_KEY_BYTES = 256;
    uint256 public constant MAX_ENCRYPTED_KEY_BYTES = 512;
    uint256 public constant MAX_ENDPOINT_BYTES = 256;

    /// @custom:storage-location erc7201:qanat.storage.VaultAccess
    struct VaultAccessStorage {
        mapping(uint256 assetId => Vault) vaults;
        mapping(uint256 assetId => mapping(address account => uint32)) granted;
    }

    // keccak256(abi.encode(uint256(keccak256("qanat.storage.VaultAccess")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE_LOCATION = 0x47586d7d0e8ebec8c0b8ab3d5ba59b773307f39177dfc259172d5185ac37b600;

    IAssetRegistry private constant REGISTRY = IAssetRegistry(SystemAddresses.ASSET_REGISTRY);
    ILicensing private constant LICENSING = ILicensing(SystemAddresses.LICENSING);

    /// @inheritdoc IVaultAccess
    function setVault(
        uint256 assetId,
        address custodian,
        bytes32 keyCommitment,
        string calldata endpoint
    ) external {
        if (REGISTRY.creatorOf(assetId) != msg.sender) revert NotVaultOwner(assetId, msg.sender);
        if (custodian == address(0) || keyCommitment == 0 || bytes(endpoint).length > MAX_ENDPOINT_BYTES) {
            revert InvalidVault();
        }
        Vault storage vault = _storage().vaults[assetId];
        if (keyCommitment != vault.keyCommitment) {
            vault.keyCommitment = keyCommitment;
            vault.keyVersion += 1;
        }
        vault.custodian = custodian;
        vault.endpoint = endpoint;
        emit VaultSet(assetId, custodian, vault.keyVersion, keyCommitment, endpoint);
    }

    /// @inheritdoc IVaultAccess
    function requestKey(uint256 assetId, bytes calldata publicKey) external {
        _existing(assetId);
        _checkLength(publicKey.length, MAX_PUBLIC_KEY_BYTES);
        _checkAccess(assetId, msg.sender);
        emit KeyRequested(assetId, msg.sender, publicKey);
    }

    /// @inheritdoc IVaultAccess
    function grantKey(uint256 assetId, address account, bytes calldata encryptedKey) external {
        Vault storage vault = _existing(assetId);
        if (msg.sender != vault.custodian && REGISTRY.creatorOf(assetId) != msg.sender) {
            revert NotCustodian(assetId, msg.sender);
        }
        _checkLength(encryptedKey.length, MAX_ENCRYPTED_KEY_BYTES);
        _checkAccess(assetId, account);
        _log(vault, assetId, account, encryptedKey);
    }

    /// @inheritdoc IVaultAccess
    function logDelivery(uint256 assetId, address account, bytes calldata encryptedKey) external {
        if (msg.sender != SystemAddresses.LICENSING) revert OnlyLicensing(msg.sender);
        _log(_existing(assetId), assetId, account, encryptedKey);
    }

    /// @inheritdoc IVaultAccess
    function mayHaveKey(address account, uint256 assetId) external view returns (bool) {
        return
            _storage().vaults[assetId].keyVersion != 0 &&
            LICENSING.isAuthorized(account, assetId, ILicensing.Right.Access);
    }

    /// @inheritdoc IVaultAccess
    function getVault(uint256 assetId) external view returns (Vault memory) {
        return _existing(assetId);
    }

    /// @inheritdoc IVaultAccess
    function keyCommitmentOf(uint256 assetId) external view returns (bytes32) {
        return _storage().vaults[assetId].keyCommitment;
    }

    /// @inheritdoc IVaultAccess
    function isCustodian(uint256 assetId, address account) external view returns (bool) {
        return account != address(0) && _storage().vaults[assetId].custodian == account;
    }

    /// @inheritdoc IVaultAccess
    function grantedVersion(uint256 assetId, address account) external view returns (uint32) {
        return _storage().granted[assetId][account];
    }

    function _log(Vault storage vault, uint256 assetId, address account, bytes calldata encryptedKey) private {
        uint32 keyVersion = vault.keyVersion;
        uint64 entry = vault.logLength + 1;
        bytes32 logHead = keccak256(
            abi.encode(vault.logHead, entry, keyVersion, account, keccak256(encryptedKey), block.timestamp)
        );
        vault.logLength = entry;
        vault.logHead = logHead;
        _storage().granted[assetId][account] = keyVersion;
        emit KeyGranted(assetId, account, keyVersion, encryptedKey, entry, logHead);
    }

    function _checkAccess(uint256 assetId, address account) private view {
        if (!LICENSING.isAuthorized(account, assetId, ILicensing.Right.Access)) {
            revert AccessDenied(assetId, account);
        }
    }

    function _checkLength(uint256 length, uint256 max) private pure {
        if (length == 0 || length > max) revert InvalidKeyLength(length, max);
    }

    function _existing(uint256 assetId) private view returns (Vault storage vault) {
        vault = _storage().vaults[assetId];
        if (vault.keyVersion == 0) revert NoVault(assetId);
    }

    function _storage() private pure returns (VaultAccessStorage storage $) {
        assembly {
            $.slot := STORAGE_LOCATION
        }
    }
}
