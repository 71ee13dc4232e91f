// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAssetRegistry} from "../interfaces/IAssetRegistry.sol";

/// @title Binary CIDs of version 1 with a digest of 32 bytes
/// @notice version 0x01 ‖ codec ‖ hash function ‖ digest length 0x20 ‖ digest, where codec and hash function are unsigned
/// varints of up to 3 bytes. Taken apart, a CID fits into one slot and 8 bytes of another.
/// @custom:source https://github.com/multiformats/cid, https://github.com/multiformats/unsigned-varint
library ContentIds {
    uint256 internal constant DIGEST_BYTES = 32;
    uint256 private constant MAX_VARINT_BYTES = 3;

    /// @return prefix all before the digest, left-aligned
    function parse(
        bytes calldata contentId
    ) internal pure returns (bytes8 prefix, uint8 prefixLength, bytes32 digest) {
        // The shortest has one byte each for version, codec, hash function and length.
        if (contentId.length < 4 + DIGEST_BYTES || contentId[0] != 0x01) revert IAssetRegistry.InvalidContentId();
        uint256 length = _skipVarint(contentId, _skipVarint(contentId, 1));
        if (length >= contentId.length || uint8(contentId[length]) != DIGEST_BYTES) {
            revert IAssetRegistry.InvalidContentId();
        }
        length += 1;
        if (contentId.length != length + DIGEST_BYTES) revert IAssetRegistry.InvalidContentId();
        return (bytes8(contentId[:length]), uint8(length), bytes32(contentId[length:]));
    }

    function join(bytes8 prefix, uint8 prefixLength, bytes32 digest) internal pure returns (bytes memory contentId) {
        contentId = new bytes(prefixLength + DIGEST_BYTES);
        assembly ("memory-safe") {
            mstore(add(contentId, 0x20), prefix)
            mstore(add(add(contentId, 0x20), prefixLength), digest)
        }
    }

    function _skipVarint(bytes calldata contentId, uint256 offset) private pure returns (uint256 next) {
        for (next = offset; next < offset + MAX_VARINT_BYTES && next < contentId.length; ++next) {
            uint8 value = uint8(contentId[next]);
            if (value < 0x80) {
                // The shortest encoding is the only one: no last byte of zero after others.
                if (value == 0 && next != offset) revert IAssetRegistry.InvalidContentId();
                return next + 1;
            }
        }
        revert IAssetRegistry.InvalidContentId();
    }
}
