/**
 * Follows the block store and indexes what is in it: transactions by hash, by place and by the attributes of their events, blocks
 * by theirs. It writes its height with the last of a block's entries, so a crash loses nothing: a block that is missing, or there
 * in part, is indexed at the next start. Source: CometBFT `state/txindex/indexer_service.go`, `state/txindex/kv/kv.go`.
 */
import type {BlockResults, KeyValueOp, KeyValueStore} from '#consensus/engine';
import {decodeTxResult, encodeTxResult, txHash, type AbciEvent, type Block, type TxResult} from '#proto';
import {INDEX_PRUNED_PER_BLOCK_MAX} from '../limits.ts';
import {attributeKeys, BLOCK_EVENT, blockEventsKey, BOUNDS_KEY, hashKey, placeKey, placeOf, TX_EVENT} from './keys.ts';

/** The chain that is indexed. */
export interface IndexedChain {
  /** Lowest and highest block that is here; 0 when there is none. */
  base(): bigint;
  height(): bigint;
  block(height: bigint): Block | undefined;
  blockResults(height: bigint): BlockResults | undefined;
}

export interface IndexerLogger {
  info(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface IndexerModules {
  readonly db: KeyValueStore;
  readonly chain: IndexedChain;
  readonly logger: IndexerLogger;
}

const EMPTY = new Uint8Array(0);
/** Entries handed to the database at once; between the batches consensus has its turn. */
const BATCH_ENTRIES = 1_000;

export class Indexer {
  readonly db: KeyValueStore;
  readonly #chain: IndexedChain;
  readonly #logger: IndexerLogger;
  #lowest = 0n;
  #highest = 0n;
  #work: Promise<void> = Promise.resolve();
  #isWanted = false;
  #isClosed = false;

  constructor({db, chain, logger}: IndexerModules) {
    this.db = db;
    this.#chain = chain;
    this.#logger = logger;
    const bounds = db.get(BOUNDS_KEY);
    if (bounds !== undefined) [this.#lowest, this.#highest] = readBounds(bounds);
  }

  /** Heights that are indexed; 0 when there are none. */
  get base(): bigint {
    return this.#lowest;
  }

  get height(): bigint {
    return this.#highest;
  }

  /** Indexes what the chain has and the index has not, in the background. Resolves when both are level; never rejects. */
  async follow(): Promise<void> {
    if (!this.#isWanted) {
      this.#isWanted = true;
      this.#work = this.#work.then(() => this.#catchUp());
    }
    return this.#work;
  }

  /** Resolves when nothing is being written; the database stays open. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#work;
  }

  tx(hash: Uint8Array): TxResult | undefined {
    const bytes = this.db.get(hashKey(hash));
    return bytes === undefined ? undefined : decodeTxResult(bytes);
  }

  blockEvents(height: bigint): readonly AbciEvent[] {
    const bytes = this.db.get(blockEventsKey(height));
    return bytes === undefined ? [] : (JSON.parse(Buffer.from(bytes).toString()) as AbciEvent[]);
  }

  async #catchUp(): Promise<void> {
    this.#isWanted = false;
    try {
      const from = this.#highest;
      while (!this.#isClosed && this.#highest < this.#chain.height()) {
        if (!(await this.#indexNext())) break;
      }
      if (this.#highest > from + 1n) this.#logger.info({from: from + 1n, to: this.#highest}, 'indexed transactions');
      await this.#prune();
    } catch (error) {
      // The chain goes on; the next block tries again.
      this.#logger.error({err: error, height: this.#highest + 1n}, 'a block could not be indexed');
    }
  }

  /** false: the next block is not ready. */
  async #indexNext(): Promise<boolean> {
    const base = this.#chain.base();
    const next = this.#highest + 1n;
    // What was pruned, or never here because the node began at a snapshot, cannot be indexed.
    const height = base > next ? base : next;
    const block = this.#chain.block(height);
    const results = this.#chain.blockResults(height);
    if (block === undefined || results === undefined) return false;
    await this.#write(block, results);
    return true;
  }

  async #write(block: Block, results: BlockResults): Promise<void> {
    const {height} = block.header;
    let ops: KeyValueOp[] = [];
    for (const {hash, ...found} of bestOf(block, results)) {
      if (ops.length >= BATCH_ENTRIES) {
        await this.db.write(ops, {sync: false});
        ops = [];
      }
      const known = this.tx(hash);
      // Who asks for a transaction wants the time that it went through.
      if (known !== undefined && known.result.code === 0 && found.result.code !== 0) continue;
      // A transaction is known once, by one block.
      if (known !== undefined) for (const key of entriesOf(known)) ops.push(del(key));
      ops.push(put(hashKey(hash), encodeTxResult(found)), put(placeKey(placeOf(height, found.index)), hash));
      for (const key of attributeKeys(TX_EVENT, placeOf(height, found.index), found.result.events ?? [])) ops.push(put(key, EMPTY));
    }
    const {events = []} = results;
    if (events.length > 0) {
      ops.push(put(blockEventsKey(height), Buffer.from(JSON.stringify(events))));
      for (const key of attributeKeys(BLOCK_EVENT, placeOf(height, 0), events)) ops.push(put(key, EMPTY));
    }
    const lowest = this.#lowest === 0n ? height : this.#lowest;
    ops.push(put(BOUNDS_KEY, boundsBytes(lowest, height)));
    await this.db.write(ops, {sync: false});
    this.#lowest = lowest;
    this.#highest = height;
  }

  async #prune(): Promise<void> {
    const base = this.#chain.base();
    for (let count = 0; count < INDEX_PRUNED_PER_BLOCK_MAX && this.#lowest !== 0n && this.#lowest < base && this.#lowest < this.#highest; count++) {
      const height = this.#lowest;
      const ops: KeyValueOp[] = [del(blockEventsKey(height)), put(BOUNDS_KEY, boundsBytes(height + 1n, this.#highest))];
      for (const key of attributeKeys(BLOCK_EVENT, placeOf(height, 0), this.blockEvents(height))) ops.push(del(key));
      for await (const [, hash] of this.db.range(placeKey(placeOf(height, 0)), placeKey(placeOf(height + 1n, 0)))) {
        const found = this.tx(hash);
        if (found !== undefined) ops.push(del(hashKey(hash)), ...entriesOf(found).map(del));
      }
      await this.db.write(ops, {sync: false});
      this.#lowest = height + 1n;
    }
  }
}

/** Each transaction of a block once: should it stand in it twice, where it succeeded first. */
function bestOf(block: Block, results: BlockResults): Iterable<TxResult & {readonly hash: Uint8Array}> {
  const best = new Map<string, TxResult & {readonly hash: Uint8Array}>();
  for (const [index, tx] of block.txs.entries()) {
    const result = results.txResults[index];
    if (result === undefined) continue;
    const hash = txHash(tx);
    const name = Buffer.from(hash).toString('latin1');
    if (best.get(name)?.result.code !== 0) best.set(name, {hash, height: block.header.height, index, tx, result});
  }
  return best.values();
}

/** All keys of a transaction but the one by its hash. */
function entriesOf({height, index, result}: TxResult): Uint8Array[] {
  const place = placeOf(height, index);
  return [placeKey(place), ...attributeKeys(TX_EVENT, place, result.events ?? [])];
}

const put = (key: Uint8Array, value: Uint8Array): KeyValueOp => ({type: 'put', key, value});
const del = (key: Uint8Array): KeyValueOp => ({type: 'del', key});

function boundsBytes(lowest: bigint, highest: bigint): Uint8Array {
  const bytes = Buffer.alloc(16);
  bytes.writeBigUInt64BE(lowest);
  bytes.writeBigUInt64BE(highest, 8);
  return bytes;
}

function readBounds(bytes: Uint8Array): [bigint, bigint] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return [view.getBigUint64(0), view.getBigUint64(8)];
}
