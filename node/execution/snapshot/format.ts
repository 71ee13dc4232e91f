/**
 * Format 1 of application snapshots (docs/spec/state-sync.md): a stream of records, cut into chunks of equal length. Keys ascend, so
 * every node makes the same bytes of the same state; what the app hash commits to, the records prove.
 */
import {createHash} from 'node:crypto';
import type {Snapshot} from '#consensus/engine';
import {bytesEqual, bytesToBigInt, bytesToHex, concatBytes} from '../hex.ts';
import {uint64} from '../keys.ts';
import {SNAPSHOT_CHUNKS_MAX, SNAPSHOT_RECORD_BYTES_MAX, SNAPSHOT_SLOTS_PER_RECORD} from '../limits.ts';
import {decodeAccount, encodeAccount} from '../state/codec.ts';
import type {Account} from '../state/types.ts';
import type {Address, Hash} from '../types.ts';

export const SNAPSHOT_FORMAT = 1;

/** In the order in which they stand in a snapshot. */
export const RecordKind = {header: 1, transaction: 2, account: 3, code: 4, slots: 5, end: 6} as const;
export type RecordKind = (typeof RecordKind)[keyof typeof RecordKind];

export interface SnapshotRecord {
  readonly kind: RecordKind;
  readonly payload: Uint8Array;
}

const FRAME_BYTES = 5;
const HASH_BYTES = 32;
const ADDRESS_BYTES = 20;

/** What a snapshot, or who sent it, does wrong. */
export class SnapshotError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SnapshotError';
  }
}

export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
}

/** `metadata`: the SHA-256 of each chunk, one after the other. */
export function describeSnapshot(height: bigint, chunkHashes: readonly Uint8Array[]): Snapshot {
  const metadata = concatBytes(...chunkHashes);
  const chunks = chunkHashes.length;
  return {height, format: SNAPSHOT_FORMAT, chunks, metadata, hash: snapshotHash({height, format: SNAPSHOT_FORMAT, chunks, metadata})};
}

export function snapshotHash({height, format, chunks, metadata}: Omit<Snapshot, 'hash'>): Uint8Array {
  return sha256(uint64(height), uint64(BigInt(format)), uint64(BigInt(chunks)), metadata);
}

/** What is wrong with the description of a snapshot that a peer sent, or undefined. */
export function snapshotProblem(snapshot: Snapshot): string | undefined {
  const {chunks, metadata, hash} = snapshot;
  if (snapshot.format !== SNAPSHOT_FORMAT) return `format ${snapshot.format}, expected ${SNAPSHOT_FORMAT}`;
  if (snapshot.height < 1n) return `height ${snapshot.height}`;
  if (chunks < 1 || chunks > SNAPSHOT_CHUNKS_MAX) return `${chunks} chunks, expected 1 to ${SNAPSHOT_CHUNKS_MAX}`;
  if (metadata.length !== chunks * HASH_BYTES) return `metadata of ${metadata.length} bytes, expected ${chunks * HASH_BYTES}`;
  return bytesEqual(hash, snapshotHash(snapshot)) ? undefined : 'the hash is not that of its metadata';
}

export function chunkHash({metadata}: Snapshot, index: number): Uint8Array {
  return metadata.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES);
}

export function frameOf({kind, payload}: SnapshotRecord): Uint8Array {
  if (payload.length > SNAPSHOT_RECORD_BYTES_MAX) throw new SnapshotError(`a record of ${payload.length} bytes, limit ${SNAPSHOT_RECORD_BYTES_MAX}`);
  const frame = new Uint8Array(FRAME_BYTES + payload.length);
  frame[0] = kind;
  new DataView(frame.buffer).setUint32(1, payload.length);
  frame.set(payload, FRAME_BYTES);
  return frame;
}

/** Puts records together again from chunks that cut through them. */
export class RecordReader {
  #rest: Uint8Array = new Uint8Array(0);

  /** @throws SnapshotError */
  *push(chunk: Uint8Array): Iterable<SnapshotRecord> {
    const bytes = this.#rest.length === 0 ? chunk : concatBytes(this.#rest, chunk);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    let offset = 0;
    while (bytes.length - offset >= FRAME_BYTES) {
      const kind = bytes[offset]!;
      const length = view.getUint32(offset + 1);
      if (kind < RecordKind.header || kind > RecordKind.end) throw new SnapshotError(`a record of kind ${kind}`);
      if (length > SNAPSHOT_RECORD_BYTES_MAX) throw new SnapshotError(`a record of ${length} bytes, limit ${SNAPSHOT_RECORD_BYTES_MAX}`);
      if (bytes.length - offset - FRAME_BYTES < length) break;
      yield {kind: kind as RecordKind, payload: bytes.subarray(offset + FRAME_BYTES, offset + FRAME_BYTES + length)};
      offset += FRAME_BYTES + length;
    }
    this.#rest = bytes.slice(offset);
  }

  get isAtBoundary(): boolean {
    return this.#rest.length === 0;
  }
}

/** `record`: as the account stands in the database. */
export function accountPayload(address: Uint8Array, record: Uint8Array): Uint8Array {
  return concatBytes(address, record);
}

/** @throws SnapshotError unless it is the one encoding of an account. */
export function parseAccount(payload: Uint8Array): {readonly address: Address; readonly account: Account} {
  if (payload.length <= ADDRESS_BYTES) throw new SnapshotError('an account record is too short');
  const record = payload.subarray(ADDRESS_BYTES);
  let account: Account;
  try {
    account = decodeAccount(record);
  } catch (error) {
    throw new SnapshotError(`an account record: ${(error as Error).message}`);
  }
  if (account.codeHash.length !== 66 || account.storageRoot.length !== 66) throw new SnapshotError('an account record: a hash has 32 bytes');
  if (!bytesEqual(encodeAccount(account), record)) throw new SnapshotError('an account record is not in its canonical form');
  return {address: bytesToHex(payload.subarray(0, ADDRESS_BYTES)), account};
}

export interface SlotValue {
  /** 32 bytes. */
  readonly slot: Uint8Array;
  /** 1 to 32 bytes, no leading zero. */
  readonly value: Uint8Array;
}

export function slotsPayload(address: Uint8Array, slots: readonly SlotValue[]): Uint8Array {
  return concatBytes(address, ...slots.flatMap(({slot, value}) => [slot, Uint8Array.of(value.length), value]));
}

/** @throws SnapshotError unless slots ascend and values are in their shortest form. */
export function parseSlots(payload: Uint8Array): {readonly address: Address; readonly slots: ReadonlyMap<Hash, Uint8Array>; readonly last: Hash} {
  if (payload.length <= ADDRESS_BYTES) throw new SnapshotError('a record of slots is too short');
  const slots = new Map<Hash, Uint8Array>();
  let last: Hash = '0x';
  for (let offset = ADDRESS_BYTES; offset < payload.length; ) {
    const length = payload[offset + HASH_BYTES];
    if (length === undefined || length < 1 || length > HASH_BYTES) throw new SnapshotError('a slot is cut off or its value has no or too many bytes');
    const end = offset + HASH_BYTES + 1 + length;
    if (end > payload.length) throw new SnapshotError('the value of a slot is cut off');
    const slot = bytesToHex(payload.subarray(offset, offset + HASH_BYTES));
    const value = payload.slice(offset + HASH_BYTES + 1, end);
    if (slot <= last) throw new SnapshotError('slots do not ascend');
    if (value[0] === 0) throw new SnapshotError('the value of a slot has a leading zero');
    slots.set(slot, value);
    last = slot;
    offset = end;
  }
  if (slots.size > SNAPSHOT_SLOTS_PER_RECORD) throw new SnapshotError(`a record of ${slots.size} slots, limit ${SNAPSHOT_SLOTS_PER_RECORD}`);
  return {address: bytesToHex(payload.subarray(0, ADDRESS_BYTES)), slots, last};
}

/** How many accounts and slots there were. */
export function endPayload(accounts: number, slots: number): Uint8Array {
  return concatBytes(uint64(BigInt(accounts)), uint64(BigInt(slots)));
}

export function parseEnd(payload: Uint8Array): {readonly accounts: bigint; readonly slots: bigint} {
  if (payload.length !== 16) throw new SnapshotError('an end record has 16 bytes');
  return {accounts: bytesToBigInt(payload.subarray(0, 8)), slots: bytesToBigInt(payload.subarray(8))};
}

