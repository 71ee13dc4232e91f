import type {KeyValueStore} from '#consensus/engine';
import {bloomKey, readUint64} from '../keys.ts';
import {BLOOM_CHUNK_BLOCKS, BLOOM_CHUNK_CACHE_MAX} from '../limits.ts';
import type {Address, EthHeader, Hash} from '../types.ts';
import {bloomBits, bloomHasBits} from './bloom.ts';

export interface LogFilter {
  readonly addresses: readonly Address[];
  /** null: any topic at that place. */
  readonly topics: readonly (readonly Hash[] | null)[];
}

type Chunk = readonly {readonly number: bigint; readonly bloom: Uint8Array}[];

/** Finds blocks that may hold a log. Only blocks with logs have a record; old ones are read in chunks that stay in memory for a while. */
export class BloomIndex {
  readonly #db: KeyValueStore;
  /** With the block from which on nothing has been read yet. */
  readonly #chunks = new Map<bigint, {readonly blocks: Chunk; readonly next: bigint}>();

  constructor(db: KeyValueStore) {
    this.#db = db;
  }

  /** For a chain that was taken back. */
  clear(): void {
    this.#chunks.clear();
  }

  async *candidates(from: bigint, to: bigint, filter: LogFilter, head: EthHeader): AsyncIterable<bigint> {
    const last = to < head.number ? to : head.number;
    // Each group is an "or": at least one of its values has to be in the bloom.
    const groups = [filter.addresses, ...filter.topics.filter((topics) => topics !== null)]
      .filter((values) => values.length > 0)
      .map((values) => values.map(bloomBits));
    const matches = (bloom: Uint8Array): boolean => groups.every((group) => group.some((bits) => bloomHasBits(bloom, bits)));
    for (let start = from < 0n ? 0n : from; start <= last; start = (start / BLOOM_CHUNK_BLOCKS + 1n) * BLOOM_CHUNK_BLOCKS) {
      for (const {number, bloom} of await this.#chunk(start / BLOOM_CHUNK_BLOCKS, head.number)) {
        if (number >= from && number <= last && number !== head.number && matches(bloom)) yield number;
      }
    }
    // The head is shown before its records are on disk, so its own header is asked.
    if (last === head.number && from <= last && head.logsBloom.some((byte) => byte !== 0) && matches(head.logsBloom)) yield last;
  }

  /** Blocks of a chunk that lie before the head. What is read stays read: only what came since is asked for again. */
  async #chunk(index: bigint, head: bigint): Promise<Chunk> {
    const first = index * BLOOM_CHUNK_BLOCKS;
    const end = first + BLOOM_CHUNK_BLOCKS;
    const last = head < end ? head : end;
    for (;;) {
      const known = this.#chunks.get(index) ?? {blocks: [], next: first};
      if (known.next >= last) return known.blocks;
      const blocks = [...known.blocks];
      for await (const [key, bloom] of this.#db.range(bloomKey(known.next), bloomKey(last))) blocks.push({number: readUint64(key, 1), bloom});
      // Another search may have read on meanwhile.
      if ((this.#chunks.get(index)?.next ?? first) !== known.next) continue;
      this.#chunks.set(index, {blocks, next: last});
      if (this.#chunks.size > BLOOM_CHUNK_CACHE_MAX) {
        const oldest = this.#chunks.keys().next();
        if (oldest.done !== true) this.#chunks.delete(oldest.value);
      }
      return blocks;
    }
  }
}
