/** Content identifiers as people write them, beside the binary form that the registry keeps. */
import {hexToBytes} from 'viem';
import type {Hex} from 'viem';
import {describeContent as describe} from '#protocols/client';

export type ContentReference = {
  /** CIDv1 (raw codec, SHA-256) in multibase base32: `bafkrei…`. github.com/multiformats/cid */
  readonly cid: string;
  /** The same in binary, 36 bytes: what the registry stores. */
  readonly contentId: Hex;
  /** keccak256 of the content. */
  readonly contentDigest: Hex;
  /** Bytes. */
  readonly contentSize: number;
};

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

export function describeContent(content: Uint8Array): ContentReference {
  const {contentId, contentDigest, contentSize} = describe(content);
  return {cid: `b${base32(hexToBytes(contentId))}`, contentId, contentDigest, contentSize: Number(contentSize)};
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
