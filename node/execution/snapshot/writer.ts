import type {KeyValueStore} from '#consensus/engine';
import {headerItem} from '../block/header.ts';
import type {EthBlockStore} from '../block/block-store.ts';
import {concatBytes} from '../hex.ts';
import {accountRange, allSlotsRange, codeKey} from '../keys.ts';
import {SNAPSHOT_CHUNK_BYTES, SNAPSHOT_HEADERS_MAX, SNAPSHOT_SLOTS_PER_RECORD} from '../limits.ts';
import {encodeRlp} from '../rlp.ts';
import {decodeAccount} from '../state/codec.ts';
import {EMPTY_CODE_HASH} from '../state/types.ts';
import type {EthBlock, Hash} from '../types.ts';
import {accountPayload, endPayload, frameOf, RecordKind, slotsPayload, type SlotValue, type SnapshotRecord} from './format.ts';

type Entry = readonly [key: Uint8Array, value: Uint8Array];

/**
 * The records of the state after `head`. Call it, and take the first step, before the next block is committed: the view of the tables
 * is fixed at that step, however long the rest takes. In memory: one batch of the database and the hashes of the codes.
 */
export function snapshotRecords(db: KeyValueStore, blocks: EthBlockStore, head: EthBlock): AsyncIterable<SnapshotRecord> {
  const view = (range: readonly [Uint8Array, Uint8Array]): PinnedView => new PinnedView(db.range(...range)[Symbol.asyncIterator]());
  const accounts = view(accountRange);
  const slots = view(allSlotsRange);
  return records(db, blocks, head, accounts, slots);
}

async function* records(db: KeyValueStore, blocks: EthBlockStore, head: EthBlock, accounts: PinnedView, slots: PinnedView): AsyncIterable<SnapshotRecord> {
  try {
    for (const payload of lastHeaders(blocks, head)) yield {kind: RecordKind.header, payload};
    for (const {raw} of head.transactions) yield {kind: RecordKind.transaction, payload: raw};
    let accountCount = 0;
    let slotCount = 0;
    const codes = new Set<Hash>();
    for await (const [key, value] of accounts.entries()) {
      const {codeHash} = decodeAccount(value);
      if (codeHash !== EMPTY_CODE_HASH) codes.add(codeHash);
      yield {kind: RecordKind.account, payload: accountPayload(key.subarray(1), value)};
      accountCount++;
    }
    for (const codeHash of [...codes].sort()) {
      const payload = db.get(codeKey(codeHash));
      if (payload === undefined) throw new Error(`the code ${codeHash} is missing: the database is damaged`);
      yield {kind: RecordKind.code, payload};
    }
    let address: Uint8Array | undefined;
    let batch: SlotValue[] = [];
    for await (const [key, value] of slots.entries()) {
      const owner = key.subarray(1, 21);
      const isSame = address !== undefined && Buffer.compare(owner, address) === 0;
      if (address !== undefined && (!isSame || batch.length === SNAPSHOT_SLOTS_PER_RECORD)) {
        yield {kind: RecordKind.slots, payload: slotsPayload(address, batch)};
        batch = [];
      }
      address = owner;
      batch.push({slot: key.subarray(21), value});
      slotCount++;
    }
    if (address !== undefined) yield {kind: RecordKind.slots, payload: slotsPayload(address, batch)};
    yield {kind: RecordKind.end, payload: endPayload(accountCount, slotCount)};
  } finally {
    await Promise.all([accounts.close(), slots.close()]);
  }
}

/** Cuts records into chunks. */
export async function* chunksOf(source: AsyncIterable<SnapshotRecord>): AsyncIterable<Uint8Array> {
  let parts: Uint8Array[] = [];
  let length = 0;
  for await (const record of source) {
    const frame = frameOf(record);
    parts.push(frame);
    length += frame.length;
    while (length >= SNAPSHOT_CHUNK_BYTES) {
      const bytes = concatBytes(...parts);
      yield bytes.subarray(0, SNAPSHOT_CHUNK_BYTES);
      const rest = bytes.slice(SNAPSHOT_CHUNK_BYTES);
      parts = [rest];
      length = rest.length;
    }
  }
  if (length > 0) yield concatBytes(...parts);
}

/** From the head down, as far as BLOCKHASH of the next block reaches. */
function* lastHeaders(blocks: EthBlockStore, head: EthBlock): Iterable<Uint8Array> {
  const lowest = head.header.number - BigInt(SNAPSHOT_HEADERS_MAX) + 1n;
  for (let {number} = head.header; number >= 0n && number >= lowest; number--) {
    const header = number === head.header.number ? head.header : blocks.header(number);
    if (header === undefined) throw new Error(`the header of block ${number} is missing: the database is damaged`);
    yield encodeRlp(headerItem(header));
  }
}

/** An iterator whose first step is taken at once: that is when the database fixes its view. */
class PinnedView {
  readonly #iterator: AsyncIterator<Entry>;
  readonly #first: Promise<IteratorResult<Entry>>;

  constructor(iterator: AsyncIterator<Entry>) {
    this.#iterator = iterator;
    this.#first = iterator.next();
    // Whoever reads the entries hears of it.
    this.#first.catch(() => undefined);
  }

  async *entries(): AsyncIterable<Entry> {
    for (let step = await this.#first; step.done !== true; step = await this.#iterator.next()) yield step.value;
  }

  async close(): Promise<void> {
    await this.#iterator.return?.();
  }
}
