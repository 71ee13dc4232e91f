/**
 * Work of a block, in gas: what a transaction uses, and more for precompiles that take this implementation longer than their price
 * allows (33 ns for each gas, so that a block of 60 M gas takes 2 s at most). A function of the transactions alone, never of time.
 */
import {PRECOMPILE_WORK} from './precompile-work.ts';
import type {Address} from './types.ts';

/** A transaction would take the block over its limit of work. It has to wait for another block. */
export class WorkExceededError extends Error {
  constructor() {
    super('block work limit reached');
    this.name = 'WorkExceededError';
  }
}

/** What may be done in one block whose gas limit is not greater. Every single transaction fits it: the highest gas of one, at its highest work. */
export const BLOCK_WORK_MIN = 60_000_000n;

export function blockWorkMax(gasLimit: bigint): bigint {
  return gasLimit > BLOCK_WORK_MIN ? gasLimit : BLOCK_WORK_MIN;
}

/** Counts the work of one block; a transaction between `begin` and `end`. */
export class WorkMeter {
  #left: bigint;
  #gasLimit = 0n;
  #added = 0n;
  #addedMax = 0n;

  constructor(max: bigint) {
    this.#left = max;
  }

  get left(): bigint {
    return this.#left;
  }

  /** Keeps room for all the gas of a transaction. @throws WorkExceededError when there is none. */
  begin(gasLimit: bigint): void {
    if (gasLimit > this.#left) throw new WorkExceededError();
    this.#gasLimit = gasLimit;
    this.#added = 0n;
    this.#addedMax = this.#left - gasLimit;
  }

  /** Before a precompile runs. @throws WorkExceededError when it no longer fits. */
  take({address, input}: {readonly address: Address; readonly input: Uint8Array}): void {
    const work = PRECOMPILE_WORK.get(address);
    if (work === undefined) return;
    const added = this.#added + work(input);
    if (added > this.#addedMax) throw new WorkExceededError();
    this.#added = added;
  }

  /** @param gasUsed before refunds: what was given back was worked for. */
  end(gasUsed: bigint): void {
    this.#left -= gasUsed + this.#added;
  }

  /** What an execution has cost that was given up: as if it had used all its gas. */
  giveUp(): void {
    this.#left -= this.#gasLimit + this.#added;
  }
}
