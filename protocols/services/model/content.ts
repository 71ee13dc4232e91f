/** Content identifiers: CIDv1, raw codec, SHA-256 (github.com/multiformats/cid), and the digest the registry keeps. */
import {createHash} from 'node:crypto';
import {keccak_256} from '@noble/hashes/sha3.js';

export type ContentReference = {
  /** The CID as people write it: multibase base32, `bafkrei…`. */
  readonly cid: string;
  /** The CID in binary, 36 bytes, as 0x-hex: what the registry stores. */
  readonly contentId: `0x${string}`;
  /** keccak256 of the content, as 0x-hex. */
  readonly contentDigest: `0x${string}`;
  readonly contentSize: number;
};

/** version 1, codec raw (0x55), multihash sha2-256 (0x12) of 32 bytes (0x20) */
const CID_PREFIX = Uint8Array.of(0x01, 0x55, 0x12, 0x20);
const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

export function describeContent(content: Uint8Array): ContentReference {
  const binary = Buffer.concat([CID_PREFIX, createHash('sha256').update(content).digest()]);
  return {
    cid: `b${base32(binary)}`,
    contentId: `0x${binary.toString('hex')}`,
    contentDigest: `0x${Buffer.from(keccak_256(content)).toString('hex')}`,
    contentSize: content.length,
  };
}

/** RFC 4648, lower case, without padding. */
function base32(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xffff;
    for (bits += 8; bits >= 5; bits -= 5) text += BASE32[(value >> (bits - 5)) & 31];
  }
  return bits > 0 ? text + BASE32[(value << (5 - bits)) & 31] : text;
}
