/**
 * Verified light blocks by height, and the anchor they were verified from. Source: CometBFT `light/store/db`.
 * Keys: `lb/` and 8 bytes of height, big-endian, so that they sort; `la` for the anchor.
 */
import {concatBytes, decodeLightBlock, encodeLightBlock, utf8, type LightBlock} from '#proto';
import {LightClientError} from './errors.ts';
import type {LightKeyValueStore} from './ports.ts';

const BLOCK_PREFIX = utf8('lb/');
/** '0' follows '/'. */
const BLOCK_END = utf8('lb0');
const ANCHOR_KEY = utf8('la');
const HEIGHT_BYTES = 8;
const HEIGHT_MAX = 0x7fff_ffff_ffff_ffffn;
/** Heights deleted per batch. */
const PRUNE_BATCH = 1_000;

export class LightStore {
  readonly #db: LightKeyValueStore;
  #size: number;

  private constructor(db: LightKeyValueStore, size: number) {
    this.#db = db;
    this.#size = size;
  }

  static async open(db: LightKeyValueStore): Promise<LightStore> {
    let size = 0;
    for await (const _ of db.range(BLOCK_PREFIX, BLOCK_END)) size++;
    return new LightStore(db, size);
  }

  get size(): number {
    return this.#size;
  }

  /** Height (8 bytes) and hash of the header that the operator trusted first. */
  anchor(): {readonly height: bigint; readonly hash: Uint8Array} | undefined {
    const value = this.#db.get(ANCHOR_KEY);
    if (value === undefined) return undefined;
    if (value.length <= HEIGHT_BYTES) throw new LightClientError('STORE', 'the stored anchor is not one; remove the light client\'s data folder and start again');
    return {height: heightFrom(value), hash: value.slice(HEIGHT_BYTES)};
  }

  /** Forgets everything and starts from a new anchor, in one batch. */
  async restart(block: LightBlock, hash: Uint8Array): Promise<void> {
    await this.prune(0);
    const {height} = block.signedHeader.header;
    await this.#db.write(
      [
        {type: 'put', key: ANCHOR_KEY, value: concatBytes(heightBytes(height), hash)},
        {type: 'put', key: keyOf(height), value: encodeLightBlock(block)},
      ],
      {sync: true},
    );
    this.#size = 1;
  }

  async save(block: LightBlock): Promise<void> {
    const key = keyOf(block.signedHeader.header.height);
    const isNew = this.#db.get(key) === undefined;
    await this.#db.write([{type: 'put', key, value: encodeLightBlock(block)}], {sync: true});
    if (isNew) this.#size++;
  }

  block(height: bigint): LightBlock | undefined {
    if (height <= 0n || height > HEIGHT_MAX) return undefined;
    const value = this.#db.get(keyOf(height));
    return value === undefined ? undefined : decode(value);
  }

  async latest(): Promise<LightBlock | undefined> {
    return this.#first(BLOCK_PREFIX, BLOCK_END, true);
  }

  async lowest(): Promise<LightBlock | undefined> {
    return this.#first(BLOCK_PREFIX, BLOCK_END, false);
  }

  /** The highest block below `height`. */
  async before(height: bigint): Promise<LightBlock | undefined> {
    return this.#first(BLOCK_PREFIX, keyOf(height), true);
  }

  /** The lowest block above `height`. */
  async after(height: bigint): Promise<LightBlock | undefined> {
    return this.#first(keyOf(height + 1n), BLOCK_END, false);
  }

  /** Keeps the `keep` highest blocks. */
  async prune(keep: number): Promise<void> {
    while (this.#size > keep) {
      const keys: Uint8Array[] = [];
      for await (const [key] of this.#db.range(BLOCK_PREFIX, BLOCK_END, {limit: Math.min(PRUNE_BATCH, this.#size - keep)})) keys.push(key);
      if (keys.length === 0) throw new LightClientError('STORE', `${this.#size} light blocks were counted, but there are none`);
      await this.#db.write(keys.map((key) => ({type: 'del', key})), {sync: true});
      this.#size -= keys.length;
    }
  }

  async #first(gte: Uint8Array, lt: Uint8Array, reverse: boolean): Promise<LightBlock | undefined> {
    for await (const [, value] of this.#db.range(gte, lt, {reverse, limit: 1})) return decode(value);
    return undefined;
  }
}

function decode(value: Uint8Array): LightBlock {
  try {
    return decodeLightBlock(value);
  } catch (error) {
    throw new LightClientError('STORE', `a stored light block cannot be read: ${(error as Error).message}; remove the light client's data folder and start again`, {}, {cause: error});
  }
}

function keyOf(height: bigint): Uint8Array {
  return concatBytes(BLOCK_PREFIX, heightBytes(height));
}

function heightBytes(height: bigint): Uint8Array {
  const bytes = new Uint8Array(HEIGHT_BYTES);
  new DataView(bytes.buffer).setBigUint64(0, height);
  return bytes;
}

function heightFrom(bytes: Uint8Array): bigint {
  return new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0);
}
