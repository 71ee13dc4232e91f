import type {KeyValueStore} from '#consensus/engine';
import {diffKey} from '../keys.ts';
import {DIFF_CACHE_ENTRIES_MAX} from '../limits.ts';
import type {Address, Hash} from '../types.ts';
import {decodeDiff} from './codec.ts';
import type {ReverseDiff} from './codec.ts';
import type {Account, StateSource} from './types.ts';

/** Reverse diffs by block: what each block found before it changed it. */
export class DiffStore {
  readonly #db: KeyValueStore;
  readonly #cache = new Map<bigint, ReverseDiff>();
  #entries = 0;

  constructor(db: KeyValueStore) {
    this.#db = db;
  }

  /** undefined: pruned, or not executed yet. */
  get(number: bigint): ReverseDiff | undefined {
    const cached = this.#cache.get(number);
    if (cached !== undefined) return cached;
    const bytes = this.#db.get(diffKey(number));
    if (bytes === undefined) return undefined;
    const diff = decodeDiff(bytes);
    this.add(number, diff);
    return diff;
  }

  has(number: bigint): boolean {
    return this.#cache.has(number) || this.#db.get(diffKey(number)) !== undefined;
  }

  add(number: bigint, diff: ReverseDiff): void {
    this.#cache.set(number, diff);
    this.#entries += diff.entries + 1;
    for (const [oldest, dropped] of this.#cache) {
      // The newest is kept whatever its size: until it is durable the database does not have it.
      if (this.#entries <= DIFF_CACHE_ENTRIES_MAX || oldest === number) break;
      this.#cache.delete(oldest);
      this.#entries -= dropped.entries + 1;
    }
  }

  drop(number: bigint): void {
    const dropped = this.#cache.get(number);
    if (dropped === undefined) return;
    this.#cache.delete(number);
    this.#entries -= dropped.entries + 1;
  }
}

/**
 * The state after block `number`, read through the diffs of all later blocks. It stays the same while the chain moves on, because it
 * asks for the newest block at every read.
 */
export class HistoricState implements StateSource {
  readonly #number: bigint;
  readonly #newest: StateSource;
  readonly #diffs: DiffStore;
  readonly #headNumber: () => bigint;
  readonly #pruned: () => Error;

  constructor(options: {number: bigint; newest: StateSource; diffs: DiffStore; headNumber: () => bigint; pruned: () => Error}) {
    this.#number = options.number;
    this.#newest = options.newest;
    this.#diffs = options.diffs;
    this.#headNumber = options.headNumber;
    this.#pruned = options.pruned;
  }

  account(address: Address): Account | undefined {
    if (this.#headNumber() === this.#number) return this.#newest.account(address);
    for (const diff of this.#laterDiffs()) if (diff.accounts.has(address)) return diff.accounts.get(address);
    return this.#newest.account(address);
  }

  slot(address: Address, slot: Hash): Uint8Array {
    if (this.#headNumber() === this.#number) return this.#newest.slot(address, slot);
    for (const diff of this.#laterDiffs()) {
      const before = diff.slots.get(address)?.get(slot);
      if (before !== undefined) return before;
    }
    return this.#newest.slot(address, slot);
  }

  codeOf(codeHash: Hash): Uint8Array {
    return this.#newest.codeOf(codeHash);
  }

  *#laterDiffs(): Iterable<ReverseDiff> {
    const head = this.#headNumber();
    for (let number = this.#number + 1n; number <= head; number++) {
      const diff = this.#diffs.get(number);
      if (diff === undefined) throw this.#pruned();
      yield diff;
    }
  }
}
