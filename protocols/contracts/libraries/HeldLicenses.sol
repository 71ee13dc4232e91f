// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ILicensing} from "../interfaces/ILicensing.sol";

/// @title An account's licences of one asset that are limited in time
/// @notice At most a handful, so that asking whether one of them is valid has a bounded cost. When there is no room, those
/// that have ended make it; so filling someone's list takes as many licences that are paid for and in force, which give
/// that account the very rights it would then be unable to buy again.
library HeldLicenses {
    uint256 internal constant MAX = 8;

    function add(
        uint256[] storage held,
        mapping(uint256 licenseId => ILicensing.License) storage licenses,
        uint256 assetId,
        address holder,
        uint256 licenseId
    ) internal {
        if (held.length < MAX) {
            held.push(licenseId);
            return;
        }
        for (uint256 i = 0; i < MAX; ++i) {
            ILicensing.License storage license = licenses[held[i]];
            if (license.status != ILicensing.LicenseStatus.Active || block.timestamp > license.expiresAt) {
                held[i] = licenseId;
                return;
            }
        }
        revert ILicensing.TooManyLicenses(assetId, holder, MAX);
    }

    /// @notice Does nothing when it is not there: one that ended may have made room.
    function remove(uint256[] storage held, uint256 licenseId) internal {
        uint256 length = held.length;
        for (uint256 i = 0; i < length; ++i) {
            if (held[i] != licenseId) continue;
            held[i] = held[length - 1];
            held.pop();
            return;
        }
    }
}
