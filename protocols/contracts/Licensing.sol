// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ERC721Upgradeable} from "@openzeppelin/contracts-upgradeable/token/ERC721/ERC721Upgradeable.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IAssetRegistry} from "./interfaces/IAssetRegistry.sol";
import {IAttribution} from "./interfaces/IAttribution.sol";
import {ILicensing} from "./interfaces/ILicensing.sol";
import {SystemAddresses} from "./system/SystemAddresses.sol";

/// @title Licensing
/// @notice Implements ILicensing, where every function is described.
contract Licensing is ILicensing, ERC721Upgradeable, ReentrancyGuardTransient {
    /// @custom:storage-location erc7201:qanat.storage.Licensing
    struct LicensingStorage {
        uint256 licenseCount;
        mapping(uint256 licenseId => License) licenses;
        /// @dev Full-access licences by asset and holder, kept in step with ownership by `_update`.
        mapping(uint256 assetId => mapping(address holder => uint256)) held;
    }

    // keccak256(abi.encode(uint256(keccak256("qanat.storage.Licensing")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant STORAGE_LOCATION = 0x1e4f72cfed780fa9c126e344cca1f5e2908acfbe2be07885b003299fcaf9b000;

    IAssetRegistry private constant REGISTRY = IAssetRegistry(SystemAddresses.ASSET_REGISTRY);
    IAttribution private constant ATTRIBUTION = IAttribution(SystemAddresses.ATTRIBUTION);

    /// @inheritdoc ILicensing
    function buy(
        uint256 assetId,
        LicenseKind kind,
        address holder
    ) external payable nonReentrant returns (uint256 licenseId) {
        uint256 price = priceOf(assetId, kind);
        if (msg.value != price) revert WrongPayment(msg.value, price);

        LicensingStorage storage $ = _storage();
        licenseId = ++$.licenseCount;
        // The price is one of the registry's, which are uint128.
        $.licenses[licenseId] = License(assetId, kind, uint64(block.timestamp), type(uint64).max, uint128(price));
        emit LicenseIssued(licenseId, assetId, holder, kind, msg.sender, uint128(price));

        if (price != 0) ATTRIBUTION.receiveRevenue{value: price}(assetId, IAttribution.RevenueSource.License);
        // Last, because it asks the holder, when that is a contract, whether it takes the token.
        _safeMint(holder, licenseId);
    }

    /// @inheritdoc ILicensing
    function priceOf(uint256 assetId, LicenseKind kind) public view returns (uint256) {
        if (kind != LicenseKind.FullAccess) revert UnsupportedLicenseKind(kind);
        IAssetRegistry.Asset memory asset = REGISTRY.getAsset(assetId);
        if (asset.status != IAssetRegistry.AssetStatus.Active) revert AssetNotForSale(assetId);
        if (asset.licenseMenu & (1 << uint8(kind)) == 0) revert LicenseNotOffered(assetId, kind);
        return asset.licensePrice;
    }

    /// @inheritdoc ILicensing
    function getLicense(uint256 licenseId) external view returns (License memory license) {
        license = _storage().licenses[licenseId];
        if (license.assetId == 0) revert UnknownLicense(licenseId);
    }

    /// @inheritdoc ILicensing
    function licenseCount(uint256 assetId, address account) external view returns (uint256) {
        return _storage().held[assetId][account];
    }

    /// @inheritdoc ILicensing
    /// @dev A full-access licence has every right there is so far; whether derivatives may be registered at all is the
    /// asset's policy, which the registry checks.
    function isAuthorized(address account, uint256 assetId, Right) external view returns (bool) {
        if (account == address(0)) return false;
        return _storage().held[assetId][account] != 0 || REGISTRY.creatorOf(assetId) == account;
    }

    function name() public pure override returns (string memory) {
        return "Qanat Licence";
    }

    function symbol() public pure override returns (string memory) {
        return "QLIC";
    }

    function _update(address to, uint256 licenseId, address auth) internal override returns (address from) {
        from = super._update(to, licenseId, auth);
        LicensingStorage storage $ = _storage();
        mapping(address holder => uint256) storage held = $.held[$.licenses[licenseId].assetId];
        if (from != address(0)) held[from] -= 1;
        if (to != address(0)) held[to] += 1;
    }

    function _storage() private pure returns (LicensingStorage storage $) {
        assembly {
            $.slot := STORAGE_LOCATION
        }
    }
}
