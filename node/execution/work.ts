/**
 * Work of a block, in gas: what a transaction uses, and more for precompiles that take this implementation longer than their price
 * allows (33 ns for each gas, so that a block of 60 M gas takes 2 s at most). A function of the transactions alone, never of time.
 * docs/adr/0018.
 */
import {PRECOMPILE_WORK} from './precompile-work.ts';
import type {Address} from './types.ts';

/** Work of a block whose gas limit is not greater, after which no transaction begins. */
export const BLOCK_WORK_MIN = 60_000_000n;

/** What a transaction may add to its gas: by so much the last one of a block may go beyond the block's work. */
export const TRANSACTION_ADDED_WORK_MAX = 20_000_000n;

export function blockWorkMax(gasLimit: bigint): bigint {
  return gasLimit > BLOCK_WORK_MIN ? gasLimit : BLOCK_WORK_MIN;
}

/** A transaction adds more than any may: it fails and takes its gas. */
export class WorkExceededError extends Error {
  constructor() {
    super('transaction work limit reached');
    this.name = 'WorkExceededError';
  }
}

/** A call of a precompile. */
export interface PrecompileWorkload {
  readonly address: Address;
  readonly input: Uint8Array;
  readonly gas: number;
}

/** Counts the work of one block; a transaction between `begin` and `end`. What has begun is paid for, also where it goes beyond. */
export class WorkMeter {
  #left: bigint;
  #added = 0n;

  constructor(max: bigint) {
    this.#left = max;
  }

  get left(): bigint {
    return this.#left;
  }

  /** false when there is no room for all the gas of a transaction, which has cost nothing by then. */
  begin(gasLimit: bigint): boolean {
    if (gasLimit > this.#left) return false;
    this.#added = 0n;
    return true;
  }

  /** Before a precompile runs. @throws WorkExceededError when it is too much for one transaction. */
  take({address, input, gas}: PrecompileWorkload): void {
    const work = PRECOMPILE_WORK.get(address);
    if (work === undefined || gas < work.price(input)) return;
    const added = this.#added + BigInt(work.added(input));
    if (added > TRANSACTION_ADDED_WORK_MAX) throw new WorkExceededError();
    this.#added = added;
  }

  /** @param gasUsed before refunds: what was given back was worked for. */
  end(gasUsed: bigint): void {
    this.#left -= gasUsed + this.#added;
  }
}
