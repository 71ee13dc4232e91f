// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAssetRegistry} from "../interfaces/IAssetRegistry.sol";

/// @title The EIP-712 struct hash of an asset's terms
/// @custom:source EIP-712, "Definition of hashStruct"
library AssetTermsHash {
    bytes32 private constant CONTRIBUTOR_TYPE_HASH =
        keccak256("Contributor(address account,uint8 role,uint16 weight,bytes32 contribution)");
    bytes32 private constant LICENSE_TERMS_TYPE_HASH =
        keccak256(
            "LicenseTerms(uint8 menu,uint8 transferable,uint16 resaleCommission,uint16 uses,uint32 territories,uint16 partnershipShare,uint32 period,uint32 deliveryTimeout,uint96 fullAccessPrice,uint96 callPrice,uint96 periodPrice,bytes32 eligibility,address arbiter)"
        );
    bytes32 private constant TERMS_TYPE_HASH =
        keccak256(
            "AssetTerms(uint8 kind,address creator,bytes contentId,bytes32 contentDigest,uint64 contentSize,bytes kindData,string accessUri,uint256[] parents,Contributor[] contributors,uint16 royalty,uint8 derivatives,uint16 laterWeight,LicenseTerms licenses,uint16 sharesRatio,bytes32 shareTerms,bytes32 salt,uint64 deadline)Contributor(address account,uint8 role,uint16 weight,bytes32 contribution)LicenseTerms(uint8 menu,uint8 transferable,uint16 resaleCommission,uint16 uses,uint32 territories,uint16 partnershipShare,uint32 period,uint32 deliveryTimeout,uint96 fullAccessPrice,uint96 callPrice,uint96 periodPrice,bytes32 eligibility,address arbiter)"
        );

    function structHash(IAssetRegistry.AssetTerms calldata terms) internal pure returns (bytes32) {
        // In two halves: eighteen words at once are too many for the stack.
        bytes memory head = abi.encode(
            TERMS_TYPE_HASH,
            terms.kind,
            terms.creator,
            keccak256(terms.contentId),
            terms.contentDigest,
            terms.contentSize,
            keccak256(terms.kindData),
            keccak256(bytes(terms.accessUri)),
            keccak256(abi.encodePacked(terms.parents))
        );
        bytes memory tail = abi.encode(
            _contributorsHash(terms.contributors),
            terms.royalty,
            terms.derivatives,
            terms.laterWeight,
            // All its members are words of themselves, so its encoding is that of EIP-712.
            keccak256(abi.encode(LICENSE_TERMS_TYPE_HASH, terms.licenses)),
            terms.sharesRatio,
            terms.shareTerms,
            terms.salt,
            terms.deadline
        );
        return keccak256(bytes.concat(head, tail));
    }

    function _contributorsHash(IAssetRegistry.Contributor[] calldata contributors) private pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](contributors.length);
        for (uint256 i = 0; i < contributors.length; ++i) {
            hashes[i] = keccak256(abi.encode(CONTRIBUTOR_TYPE_HASH, contributors[i]));
        }
        return keccak256(abi.encodePacked(hashes));
    }
}
