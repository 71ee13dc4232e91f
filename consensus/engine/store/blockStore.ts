/** Decided blocks, as parts (what peers ask for), with the commits that prove them. One atomic durable batch per block. */
import {
  concatBytes,
  decodeBlock,
  decodeBlockMeta,
  decodeCommit,
  decodePart,
  encodeBlockMeta,
  encodeCommit,
  encodePart,
  equalBytes,
  evidenceHash,
  type Block,
  type BlockID,
  type BlockMeta,
  type Commit,
  type Evidence,
  type Part,
  type PartSet,
} from '#proto';
import {PRUNED_BLOCKS_PER_COMMIT_MAX} from '../limits.ts';
import type {KeyValueOp, KeyValueStore, StoredBlock} from '../ports.ts';
import {EarlierHeaders} from './earlierHeaders.ts';
import {BlockKey, heightBytes, heightFromBytes, heightKey, indexBytes, key} from './keys.ts';

const NO_EVIDENCE_HASH = evidenceHash([]);

export class BlockStore {
  /** What is known of the chain before `base`, where it began from a snapshot. */
  readonly earlier: EarlierHeaders;
  private readonly db: KeyValueStore;
  private lowest: bigint;
  private highest: bigint;

  constructor(db: KeyValueStore) {
    this.db = db;
    this.earlier = new EarlierHeaders(db);
    const descriptor = db.get(key(BlockKey.Descriptor));
    this.lowest = descriptor === undefined ? 0n : heightFromBytes(descriptor);
    this.highest = descriptor === undefined ? 0n : heightFromBytes(descriptor, 8);
  }

  /** Lowest height that is here; 0 when there is none. */
  get base(): bigint {
    return this.lowest;
  }

  /** Lowest height whose header, commit and validators are here; 0 when there is none. */
  get headerBase(): bigint {
    const {lowest} = this.earlier;
    return lowest === 0n ? this.lowest : lowest;
  }

  /** Highest height that is here; 0 when there is none. */
  get height(): bigint {
    return this.highest;
  }

  loadBlockMeta(height: bigint): BlockMeta | undefined {
    const bytes = this.db.get(heightKey(BlockKey.Meta, height));
    return bytes === undefined ? undefined : decodeBlockMeta(bytes);
  }

  loadBlock(height: bigint): Block | undefined {
    const meta = this.loadBlockMeta(height);
    if (meta === undefined) return undefined;
    const parts = this.loadParts(height, meta.blockId.partSetHeader.total);
    return parts === undefined ? undefined : decodeBlock(concatBytes(...parts.map((part) => part.bytes)));
  }

  /** What the block committed; also of headers without a block. */
  loadEvidence(height: bigint): readonly Evidence[] | undefined {
    const meta = this.loadBlockMeta(height);
    if (meta === undefined) return undefined;
    if (equalBytes(meta.header.evidenceHash, NO_EVIDENCE_HASH)) return [];
    return this.earlier.loadEvidence(height) ?? this.loadBlock(height)?.evidence;
  }

  loadBlockByHash(hash: Uint8Array): Block | undefined {
    const height = this.heightByHash(hash);
    return height === undefined ? undefined : this.loadBlock(height);
  }

  heightByHash(hash: Uint8Array): bigint | undefined {
    const bytes = this.db.get(key(BlockKey.HeightByHash, hash));
    return bytes === undefined ? undefined : heightFromBytes(bytes);
  }

  loadPart(height: bigint, index: number): Part | undefined {
    const bytes = this.db.get(partKey(height, index));
    return bytes === undefined ? undefined : decodePart(bytes);
  }

  /** As `loadPart`, not decoded: for peers that are behind. */
  loadPartBytes(height: bigint, index: number): Uint8Array | undefined {
    return this.db.get(partKey(height, index));
  }

  /** The canonical commit: the LastCommit of the block after. */
  loadCommit(height: bigint): Commit | undefined {
    const bytes = this.db.get(heightKey(BlockKey.Commit, height));
    return bytes === undefined ? undefined : decodeCommit(bytes);
  }

  /** The precommits as this node saw them; for older heights, the canonical commit. */
  loadSeenCommit(height: bigint): Commit | undefined {
    const bytes = this.db.get(heightKey(BlockKey.SeenCommit, height));
    return bytes === undefined ? this.loadCommit(height) : decodeCommit(bytes);
  }

  /**
   * The commit of a block that is not here: the one that a state sync ends with (CometBFT SaveSeenCommit). From that block down, headers
   * are to be fetched. Durable on return.
   */
  async beginAfter(height: bigint, blockId: BlockID, commit: Commit): Promise<void> {
    await this.db.write([put(heightKey(BlockKey.SeenCommit, height), encodeCommit(commit)), this.earlier.begin(height, blockId)], {sync: true});
  }

  loadStoredBlock(height: bigint): StoredBlock | undefined {
    const meta = this.loadBlockMeta(height);
    const seenCommit = this.loadSeenCommit(height);
    if (meta === undefined || seenCommit === undefined) return undefined;
    const parts = this.loadParts(height, meta.blockId.partSetHeader.total);
    if (parts === undefined) return undefined;
    return {block: decodeBlock(concatBytes(...parts.map((part) => part.bytes))), blockId: meta.blockId, seenCommit, parts};
  }

  /**
   * Durable on return, unless a later write to the same database is going to make it so before anything rests on it.
   * `partSet` must be complete, and of this block.
   */
  async save(block: Block, partSet: PartSet, meta: BlockMeta, seenCommit: Commit, options: {readonly sync: boolean} = {sync: true}): Promise<void> {
    const {height} = block.header;
    if (this.highest > 0n && height !== this.highest + 1n) {
      throw new Error(`block store is at height ${this.highest}; it cannot take height ${height}`);
    }
    const lowest = this.lowest === 0n ? height : this.lowest;
    const ops: KeyValueOp[] = [
      put(heightKey(BlockKey.Meta, height), encodeBlockMeta(meta)),
      ...partSet.parts().map((part) => put(partKey(height, part.index), encodePart(part))),
      put(heightKey(BlockKey.SeenCommit, height), encodeCommit(seenCommit)),
      put(key(BlockKey.HeightByHash, meta.blockId.hash), heightBytes(height)),
      put(key(BlockKey.Descriptor), concatBytes(heightBytes(lowest), heightBytes(height))),
    ];
    if (height > 1n && block.lastCommit.signatures.length > 0) {
      ops.push(put(heightKey(BlockKey.Commit, height - 1n), encodeCommit(block.lastCommit)));
      ops.push({type: 'del', key: heightKey(BlockKey.SeenCommit, height - 1n)});
    }
    await this.db.write(ops, options);
    this.lowest = lowest;
    this.highest = height;
  }

  /** Drops blocks below `retainHeight`, a bounded number per call. The newest block always stays. */
  async prune(retainHeight: bigint): Promise<void> {
    const end = retainHeight < this.highest ? retainHeight : this.highest;
    if (this.lowest === 0n || end <= this.lowest) return;
    const last = end - this.lowest > PRUNED_BLOCKS_PER_COMMIT_MAX ? this.lowest + PRUNED_BLOCKS_PER_COMMIT_MAX : end;
    const ops: KeyValueOp[] = [];
    for (let height = this.lowest; height < last; height++) {
      const meta = this.loadBlockMeta(height);
      if (meta === undefined) continue;
      ops.push({type: 'del', key: heightKey(BlockKey.Meta, height)}, {type: 'del', key: heightKey(BlockKey.Commit, height)});
      ops.push({type: 'del', key: key(BlockKey.HeightByHash, meta.blockId.hash)});
      for (let index = 0; index < meta.blockId.partSetHeader.total; index++) {
        ops.push({type: 'del', key: partKey(height, index)});
      }
    }
    ops.push(...this.earlier.prune(this.lowest), put(key(BlockKey.Descriptor), concatBytes(heightBytes(last), heightBytes(this.highest))));
    await this.db.write(ops, {sync: false});
    this.lowest = last;
  }

  /** Takes the newest block back (rollback): the commit for the block before it stays, as its seen commit. Durable on return. */
  async removeNewest(): Promise<void> {
    const height = this.highest;
    const meta = this.loadBlockMeta(height);
    if (meta === undefined || height <= this.lowest) throw new Error(`block store from ${this.lowest} to ${height}: there is no block to take back`);
    const ops: KeyValueOp[] = [
      {type: 'del', key: heightKey(BlockKey.Meta, height)},
      {type: 'del', key: heightKey(BlockKey.SeenCommit, height)},
      {type: 'del', key: key(BlockKey.HeightByHash, meta.blockId.hash)},
      put(key(BlockKey.Descriptor), concatBytes(heightBytes(this.lowest), heightBytes(height - 1n))),
    ];
    for (let index = 0; index < meta.blockId.partSetHeader.total; index++) ops.push({type: 'del', key: partKey(height, index)});
    await this.db.write(ops, {sync: true});
    this.highest = height - 1n;
  }

  private loadParts(height: bigint, total: number): Part[] | undefined {
    const parts: Part[] = [];
    for (let index = 0; index < total; index++) {
      const part = this.loadPart(height, index);
      if (part === undefined) return undefined;
      parts.push(part);
    }
    return parts;
  }
}

function put(at: Uint8Array, value: Uint8Array): KeyValueOp {
  return {type: 'put', key: at, value};
}

function partKey(height: bigint, index: number): Uint8Array {
  return key(BlockKey.Part, heightBytes(height), indexBytes(index));
}
