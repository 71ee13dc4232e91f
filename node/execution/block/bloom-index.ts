import type {KeyValueStore} from '#consensus/engine';
import {bloomKey, readUint64} from '../keys.ts';
import {BLOOM_CHUNK_BLOCKS, BLOOM_CHUNK_CACHE_MAX} from '../limits.ts';
import type {Address, EthHeader, Hash} from '../types.ts';
import {BLOOM_BYTES, bloomBits, bloomHasBits} from './bloom.ts';

export interface LogFilter {
  readonly addresses: readonly Address[];
  /** null: any topic at that place. */
  readonly topics: readonly (readonly Hash[] | null)[];
}

const CHUNK_BLOCKS = Number(BLOOM_CHUNK_BLOCKS);
const BLOOM_BITS = BLOOM_BYTES * 8;
const CHUNK_WORDS = CHUNK_BLOCKS / 32;

/**
 * The blooms of a chunk of blocks, turned by a quarter: for each bit of a bloom, one row with a bit for each block. A search reads the
 * rows of the bits that it asks for, 32 blocks at a time, whatever the blocks hold.
 */
class Chunk {
  /** Of a chunk in which some block has logs. */
  #rows: Uint32Array | undefined;
  /** Blocks with logs at all. */
  readonly #filled = new Uint32Array(CHUNK_WORDS);
  /** From this block on nothing has been read yet. */
  next: bigint;

  constructor(first: bigint) {
    this.next = first;
  }

  add(block: number, bloom: Uint8Array): void {
    const rows = (this.#rows ??= new Uint32Array(BLOOM_BITS * CHUNK_WORDS));
    const word = block >> 5;
    const mask = 1 << (block & 31);
    this.#filled[word]! |= mask;
    for (let byte = 0; byte < BLOOM_BYTES; byte++) {
      const bits = bloom[BLOOM_BYTES - 1 - byte]!;
      for (let bit = 0; bits >> bit !== 0; bit++) {
        if (((bits >> bit) & 1) !== 0) rows[(byte * 8 + bit) * CHUNK_WORDS + word]! |= mask;
      }
    }
  }

  /** One bit for each block: whether one of the values of each group may be in it. */
  matches(groups: BitGroups): Uint32Array {
    const matching = this.#filled.slice();
    const rows = this.#rows;
    if (rows === undefined) return matching;
    for (const group of groups) {
      for (let word = 0; word < CHUNK_WORDS; word++) {
        if (matching[word] === 0) continue;
        let any = 0;
        for (const [a, b, c] of group) any |= rows[a * CHUNK_WORDS + word]! & rows[b * CHUNK_WORDS + word]! & rows[c * CHUNK_WORDS + word]!;
        matching[word]! &= any;
      }
    }
    return matching;
  }
}

/** Each group is an "or" of values, of which each is the three bits that it sets. */
type BitGroups = readonly (readonly (readonly [number, number, number])[])[];

/** Finds blocks that may hold a log. Only blocks with logs have a record; old ones are read in chunks that stay in memory for a while. */
export class BloomIndex {
  readonly #db: KeyValueStore;
  readonly #chunks = new Map<bigint, Chunk>();
  #rewinds = 0;

  constructor(db: KeyValueStore) {
    this.#db = db;
  }

  /** For a chain that was taken back. */
  clear(): void {
    this.#chunks.clear();
    this.#rewinds++;
  }

  async *candidates(from: bigint, to: bigint, filter: LogFilter, head: EthHeader): AsyncIterable<bigint> {
    const last = to < head.number ? to : head.number;
    const begin = from < 0n ? 0n : from;
    const groups: BitGroups = [filter.addresses, ...filter.topics.filter((topics) => topics !== null)].filter((values) => values.length > 0).map((values) => values.map(bloomBits));
    for (let start = begin; start <= last; start = (start / BLOOM_CHUNK_BLOCKS + 1n) * BLOOM_CHUNK_BLOCKS) {
      const first = (start / BLOOM_CHUNK_BLOCKS) * BLOOM_CHUNK_BLOCKS;
      const chunk = await this.#chunk(first, head.number);
      const matching = chunk.matches(groups);
      // The head is left out: the chunk may have been read on since.
      const end = last < head.number ? last : head.number - 1n;
      const lastInChunk = Math.min(CHUNK_BLOCKS - 1, Number(end - first));
      for (let block = Number(start - first); block <= lastInChunk; block++) {
        const word = matching[block >> 5]!;
        if (word === 0) block |= 31;
        else if ((word & (1 << (block & 31))) !== 0) yield first + BigInt(block);
      }
    }
    // The head is shown before its records are on disk, so its own header is asked.
    const mayMatch = (bloom: Uint8Array): boolean => groups.every((group) => group.some((bits) => bloomHasBits(bloom, bits)));
    if (last === head.number && begin <= last && head.logsBloom.some((byte) => byte !== 0) && mayMatch(head.logsBloom)) yield last;
  }

  /** Blocks of a chunk that lie before the head. What is read stays read: only what came since is asked for again. */
  async #chunk(first: bigint, head: bigint): Promise<Chunk> {
    const end = first + BLOOM_CHUNK_BLOCKS;
    const last = head < end ? head : end;
    for (;;) {
      const chunk = this.#chunks.get(first) ?? new Chunk(first);
      if (chunk.next >= last) return chunk;
      const from = chunk.next;
      const rewinds = this.#rewinds;
      const read: (readonly [number, Uint8Array])[] = [];
      for await (const [key, bloom] of this.#db.range(bloomKey(from), bloomKey(last))) read.push([Number(readUint64(key, 1) - first), bloom]);
      // Another search may have read on meanwhile, or the chain was taken back.
      if ((this.#chunks.get(first)?.next ?? first) !== from || this.#rewinds !== rewinds) continue;
      for (const [block, bloom] of read) chunk.add(block, bloom);
      chunk.next = last;
      this.#chunks.delete(first);
      this.#chunks.set(first, chunk);
      if (this.#chunks.size > BLOOM_CHUNK_CACHE_MAX) {
        const oldest = this.#chunks.keys().next();
        if (oldest.done !== true) this.#chunks.delete(oldest.value);
      }
      return chunk;
    }
  }
}
