// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAssetRegistry} from "../interfaces/IAssetRegistry.sol";
import {ILicensing} from "../interfaces/ILicensing.sol";

/// @title Which licence terms an asset may be registered with
library LicenseTermsRules {
    uint256 internal constant MAX_RESALE_COMMISSION = 5_000;
    uint256 internal constant MAX_DELIVERY_TIMEOUT = 30 days;
    uint256 private constant TEN_THOUSAND = 10_000;
    uint8 private constant ALL_KINDS = 0x0f;
    uint8 private constant PERSONAL_KINDS =
        uint8((1 << uint8(ILicensing.LicenseKind.Partnership)) | (1 << uint8(ILicensing.LicenseKind.Api)));
    uint8 private constant LONG_TERM = uint8(1 << uint8(ILicensing.LicenseKind.LongTerm));

    function check(IAssetRegistry.LicenseTerms calldata terms) internal pure {
        if ((terms.menu | terms.transferable) & ~ALL_KINDS != 0) _refuse(IAssetRegistry.InvalidLicense.UnknownKind);
        if (terms.transferable & PERSONAL_KINDS != 0) _refuse(IAssetRegistry.InvalidLicense.PersonalKindTransferable);
        if (terms.resaleCommission > MAX_RESALE_COMMISSION) _refuse(IAssetRegistry.InvalidLicense.CommissionTooHigh);
        if (terms.partnershipShare > TEN_THOUSAND) _refuse(IAssetRegistry.InvalidLicense.PartnershipShareTooHigh);
        if ((terms.menu & LONG_TERM != 0) != (terms.period != 0)) _refuse(IAssetRegistry.InvalidLicense.Period);
        if (terms.deliveryTimeout > MAX_DELIVERY_TIMEOUT) _refuse(IAssetRegistry.InvalidLicense.DeliveryTimeout);
    }

    function _refuse(IAssetRegistry.InvalidLicense reason) private pure {
        revert IAssetRegistry.InvalidLicenseTerms(reason);
    }
}
