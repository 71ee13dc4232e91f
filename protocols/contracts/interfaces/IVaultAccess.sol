// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Access to vaults, the system contract at 0x…1025
/// @notice Which account may have which key of which encrypted asset. The asset's creator names a custodian (the vault that
/// keeps the content) and commits to the content's key; an account may have the key while Licensing says that it has
/// access. Grants are in an append-only log whose head is a hash chain.
/// @custom:source Sahara AI litepaper, "Sahara Vaults" and "Vault Execution Protocols"
interface IVaultAccess {
    struct Vault {
        address custodian;
        /// 1 for the first key; a new key is another version.
        uint32 keyVersion;
        /// Entries of the access log.
        uint64 logLength;
        /// keccak256 of the content's key.
        bytes32 keyCommitment;
        /// keccak256(previous ‖ entry number ‖ keyVersion ‖ account ‖ deliveryHash ‖ time).
        bytes32 logHead;
        /// Where the vault is reached, at most 256 bytes.
        string endpoint;
    }

    event VaultSet(
        uint256 indexed assetId,
        address indexed custodian,
        uint32 indexed keyVersion,
        bytes32 keyCommitment,
        string endpoint
    );
    event KeyRequested(uint256 indexed assetId, address indexed account, bytes publicKey);
    event KeyGranted(
        uint256 indexed assetId,
        address indexed account,
        uint32 indexed keyVersion,
        bytes encryptedKey,
        uint64 entry,
        bytes32 logHead
    );

    error NotVaultOwner(uint256 assetId, address caller);
    error NoVault(uint256 assetId);
    error InvalidVault();
    error NotCustodian(uint256 assetId, address caller);
    error AccessDenied(uint256 assetId, address account);
    error InvalidKeyLength(uint256 length, uint256 max);
    error OnlyLicensing(address caller);

    /// @notice Names the vault and commits to the content's key; again with another commitment: a new key version. Only the
    /// asset's creator may.
    function setVault(
        uint256 assetId,
        address custodian,
        bytes32 keyCommitment,
        string calldata endpoint
    ) external;

    /// @notice Asks for the key, encrypted to `publicKey` (at most 256 bytes). Only who may have it can.
    function requestKey(uint256 assetId, bytes calldata publicKey) external;

    /// @notice Gives an account the key, encrypted (at most 512 bytes). The custodian and the creator may, only to an
    /// account that may have it.
    function grantKey(uint256 assetId, address account, bytes calldata encryptedKey) external;

    /// @notice For Licensing: writes a key that was delivered with a licence to the log.
    function logDelivery(uint256 assetId, address account, bytes calldata encryptedKey) external;

    /// @notice Whether Licensing says that the account has access, and there is a key to have.
    function mayHaveKey(address account, uint256 assetId) external view returns (bool);

    /// @notice Reverts with NoVault.
    function getVault(uint256 assetId) external view returns (Vault memory);

    /// @notice The commitment to the newest key; zero when there is no vault.
    function keyCommitmentOf(uint256 assetId) external view returns (bytes32);

    function isCustodian(uint256 assetId, address account) external view returns (bool);

    /// @notice The newest key version that the account was granted; 0 when it was granted none.
    function grantedVersion(uint256 assetId, address account) external view returns (uint32);
}
