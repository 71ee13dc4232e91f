/** Block ids: nil, complete, equal, and the key by which votes are grouped. */
import {equalBytes, toHex} from './bytes.ts';
import {PartSetHeader as PartSetHeaderCodec} from './gen/tendermint_types.ts';
import {HASH_BYTES} from './limits.ts';
import type {BlockID, PartSetHeader} from './types.ts';
import {EMPTY_BYTES, encodeMessage} from './wire.ts';

export const NIL_BLOCK_ID: BlockID = {hash: EMPTY_BYTES, partSetHeader: {total: 0, hash: EMPTY_BYTES}};

/** A vote for no block: empty hash and zero part set header. */
export function isNilBlockId(blockId: BlockID): boolean {
  return blockId.hash.length === 0 && isZeroPartSetHeader(blockId.partSetHeader);
}

/** Names a block: both hashes whole, at least one part. A block id may be neither nil nor complete; it is then invalid in a vote. */
export function isCompleteBlockId(blockId: BlockID): boolean {
  const {hash, partSetHeader} = blockId;
  return hash.length === HASH_BYTES && partSetHeader.total > 0 && partSetHeader.hash.length === HASH_BYTES;
}

export function isZeroPartSetHeader(header: PartSetHeader): boolean {
  return header.total === 0 && header.hash.length === 0;
}

export function partSetHeaderEquals(a: PartSetHeader, b: PartSetHeader): boolean {
  return a.total === b.total && equalBytes(a.hash, b.hash);
}

export function blockIdEquals(a: BlockID, b: BlockID): boolean {
  return equalBytes(a.hash, b.hash) && partSetHeaderEquals(a.partSetHeader, b.partSetHeader);
}

/** Hex of the hash and of the encoded part set header. Sorts like CometBFT's BlockID.Key, which duplicate-vote evidence is ordered by. */
export function blockIdKey(blockId: BlockID): string {
  return toHex(blockId.hash) + toHex(encodeMessage(PartSetHeaderCodec, blockId.partSetHeader));
}
