// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAssetRegistry} from "../interfaces/IAssetRegistry.sol";

/// @title The EIP-712 struct hash of an asset's terms
/// @custom:source EIP-712, "Definition of hashStruct"
library AssetTermsHash {
    bytes32 private constant CONTRIBUTOR_TYPE_HASH = keccak256("Contributor(address account,uint8 role,uint16 weight)");
    bytes32 private constant TERMS_TYPE_HASH =
        keccak256(
            "AssetTerms(uint8 kind,address creator,bytes contentId,bytes32 contentDigest,uint64 contentSize,uint256[] parents,Contributor[] contributors,uint16 royalty,uint8 derivatives,uint8 licenseMenu,uint128 licensePrice,bytes32 salt,uint64 deadline)Contributor(address account,uint8 role,uint16 weight)"
        );

    function structHash(IAssetRegistry.AssetTerms calldata terms) internal pure returns (bytes32) {
        // In two halves: fourteen words at once are too many for the stack.
        bytes memory head = abi.encode(
            TERMS_TYPE_HASH,
            terms.kind,
            terms.creator,
            keccak256(terms.contentId),
            terms.contentDigest,
            terms.contentSize,
            keccak256(abi.encodePacked(terms.parents)),
            _contributorsHash(terms.contributors)
        );
        bytes memory tail = abi.encode(
            terms.royalty,
            terms.derivatives,
            terms.licenseMenu,
            terms.licensePrice,
            terms.salt,
            terms.deadline
        );
        return keccak256(bytes.concat(head, tail));
    }

    function _contributorsHash(IAssetRegistry.Contributor[] calldata contributors) private pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](contributors.length);
        for (uint256 i = 0; i < contributors.length; ++i) {
            IAssetRegistry.Contributor calldata contributor = contributors[i];
            hashes[i] = keccak256(
                abi.encode(CONTRIBUTOR_TYPE_HASH, contributor.account, contributor.role, contributor.weight)
            );
        }
        return keccak256(abi.encodePacked(hashes));
    }
}
