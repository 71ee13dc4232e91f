/**
 * Headers from before the first block that is here: a chain that begins from a snapshot fetches them from the snapshot's height down, as
 * evidence may still speak of them. They lie where the block store keeps headers and commits of its blocks, without the blocks.
 */
import {
  blockIdEquals,
  decodeBlockId,
  decodeBlockMeta,
  decodeEvidenceList,
  encodeBlockId,
  encodeBlockMeta,
  encodeCommit,
  encodeEvidenceList,
  EVIDENCE_BYTES_MAX,
  fromBase64,
  toBase64,
  type BlockID,
  type Commit,
  type Evidence,
  type Header,
} from '#proto';
import {PRUNED_BLOCKS_PER_COMMIT_MAX} from '../limits.ts';
import type {KeyValueOp, KeyValueStore} from '../ports.ts';
import {BlockKey, heightBytes, heightKey, key} from './keys.ts';

/** CometBFT's (and Tendermint 0.35's) mark for what the header alone does not tell. */
const UNKNOWN = -1n;

/** The header that comes next, and what those above it, all verified, say of it. */
export interface BackfillPosition {
  /** Where the backfill began: the height of the snapshot. */
  readonly start: bigint;
  readonly height: bigint;
  readonly blockId: BlockID;
  /** Of its canonical commit. undefined at the snapshot's own height, whose commit stands in the first block that is here. */
  readonly commitHash: Uint8Array | undefined;
}

export interface EarlierHeader {
  readonly blockId: BlockID;
  readonly header: Header;
  /** The canonical one; undefined where it is stored already. */
  readonly commit: Commit | undefined;
  readonly evidence: readonly Evidence[];
}

interface EarlierRecord {
  /** Of the headers that are here; '0': none. */
  readonly lowest: string;
  /** Absent when no more are wanted. */
  readonly next?: {readonly start: string; readonly height: string; readonly blockId: string; readonly commitHash?: string};
}

export class EarlierHeaders {
  private readonly db: KeyValueStore;
  private record: {readonly lowest: bigint; readonly next: BackfillPosition | undefined};

  constructor(db: KeyValueStore) {
    this.db = db;
    const bytes = db.get(key(BlockKey.Earlier));
    this.record = bytes === undefined ? {lowest: 0n, next: undefined} : decodeRecord(bytes);
  }

  /** Height of the lowest of them; 0 when there are none. */
  get lowest(): bigint {
    return this.record.lowest;
  }

  /** undefined: nothing is to be fetched. */
  get position(): BackfillPosition | undefined {
    return this.record.next;
  }

  /** The record that a chain which begins at a snapshot starts with, to be written with the rest of that beginning. */
  begin(height: bigint, blockId: BlockID): KeyValueOp {
    this.record = {lowest: 0n, next: {start: height, height, blockId, commitHash: undefined}};
    return this.recordOp();
  }

  loadEvidence(height: bigint): readonly Evidence[] | undefined {
    const bytes = this.db.get(heightKey(BlockKey.Evidence, height));
    return bytes === undefined ? undefined : decodeEvidenceList(bytes, EVIDENCE_BYTES_MAX);
  }

  /** From the newest down, without a gap. One batch with the place to go on from, so that a crash loses the last of them at most. */
  async save(headers: readonly EarlierHeader[], next: BackfillPosition | undefined): Promise<void> {
    const from = this.record.next;
    const first = headers[0];
    // Pruned meanwhile: nothing more is wanted.
    if (from === undefined) return;
    if (first !== undefined && (first.header.height !== from.height || !blockIdEquals(first.blockId, from.blockId))) {
      throw new Error(`the header of height ${first.header.height} does not follow: ${from.height} is next`);
    }
    const ops: KeyValueOp[] = [];
    for (const {blockId, header, commit, evidence} of headers) {
      const {height} = header;
      ops.push(put(heightKey(BlockKey.Meta, height), encodeBlockMeta({blockId, blockSize: UNKNOWN, header, numTxs: UNKNOWN})));
      ops.push(put(key(BlockKey.HeightByHash, blockId.hash), heightBytes(height)));
      if (commit !== undefined) ops.push(put(heightKey(BlockKey.Commit, height), encodeCommit(commit)));
      if (evidence.length > 0) ops.push(put(heightKey(BlockKey.Evidence, height), encodeEvidenceList(evidence)));
    }
    this.record = {lowest: headers.at(-1)?.header.height ?? this.record.lowest, next};
    await this.db.write([...ops, this.recordOp()], {sync: next === undefined});
  }

  /** All of them are below `end`, and nobody needs them: drops a bounded number, the lowest first. */
  prune(end: bigint): KeyValueOp[] {
    const {lowest} = this.record;
    if (lowest === 0n) return [];
    const last = end - lowest > PRUNED_BLOCKS_PER_COMMIT_MAX ? lowest + PRUNED_BLOCKS_PER_COMMIT_MAX : end;
    const ops: KeyValueOp[] = [];
    for (let height = lowest; height < last; height++) {
      const bytes = this.db.get(heightKey(BlockKey.Meta, height));
      if (bytes !== undefined) ops.push({type: 'del', key: key(BlockKey.HeightByHash, decodeBlockMeta(bytes).blockId.hash)});
      for (const kind of [BlockKey.Meta, BlockKey.Commit, BlockKey.Evidence]) ops.push({type: 'del', key: heightKey(kind, height)});
    }
    this.record = {lowest: last === end ? 0n : last, next: undefined};
    return [...ops, this.recordOp()];
  }

  private recordOp(): KeyValueOp {
    const {lowest, next} = this.record;
    const record: EarlierRecord = {
      lowest: lowest.toString(),
      ...(next === undefined
        ? {}
        : {
            next: {
              start: next.start.toString(),
              height: next.height.toString(),
              blockId: toBase64(encodeBlockId(next.blockId)),
              ...(next.commitHash === undefined ? {} : {commitHash: toBase64(next.commitHash)}),
            },
          }),
    };
    return put(key(BlockKey.Earlier), Buffer.from(JSON.stringify(record)));
  }
}

function decodeRecord(bytes: Uint8Array): EarlierHeaders['record'] {
  const {lowest, next} = JSON.parse(Buffer.from(bytes).toString()) as EarlierRecord;
  return {
    lowest: BigInt(lowest),
    next:
      next === undefined
        ? undefined
        : {
            start: BigInt(next.start),
            height: BigInt(next.height),
            blockId: decodeBlockId(fromBase64(next.blockId)),
            commitHash: next.commitHash === undefined ? undefined : fromBase64(next.commitHash),
          },
  };
}

function put(at: Uint8Array, value: Uint8Array): KeyValueOp {
  return {type: 'put', key: at, value};
}
