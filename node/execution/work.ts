/**
 * Work of a block, in gas: what a transaction uses, and more for precompiles that take this implementation longer than their price
 * allows (33 ns for each gas, so that a block of 60 M gas takes 2 s at most). A function of the transactions alone, never of time.
 * docs/adr/0018.
 */
import {TRANSACTION_GAS_MAX} from './limits.ts';
import {PRECOMPILE_WORK} from './precompile-work.ts';
import type {Address} from './types.ts';

/** Work of a block whose gas limit is not greater, and of any transaction by itself. */
export const BLOCK_WORK_MIN = 60_000_000n;

/** What a transaction may add to its gas: with the highest gas limit (EIP-7825) it still fits a block that nothing else is in. */
export const TRANSACTION_ADDED_WORK_MAX = BLOCK_WORK_MIN - TRANSACTION_GAS_MAX;

export function blockWorkMax(gasLimit: bigint): bigint {
  return gasLimit > BLOCK_WORK_MIN ? gasLimit : BLOCK_WORK_MIN;
}

/** `block`: it has to wait for another block. `transaction`: no block has room for it, so it fails and takes its gas. */
export class WorkExceededError extends Error {
  readonly scope: 'block' | 'transaction';

  constructor(scope: 'block' | 'transaction') {
    super(`${scope} work limit reached`);
    this.name = 'WorkExceededError';
    this.scope = scope;
  }
}

/** A call of a precompile. */
export interface PrecompileWorkload {
  readonly address: Address;
  readonly input: Uint8Array;
  readonly gas: number;
}

/** Counts the work of one block; a transaction between `begin` and `end` or `giveUp`. */
export class WorkMeter {
  #left: bigint;
  #gasLimit = 0n;
  #added = 0n;

  constructor(max: bigint) {
    this.#left = max;
  }

  get left(): bigint {
    return this.#left;
  }

  /** Keeps room for all the gas of a transaction; false when there is none. */
  begin(gasLimit: bigint): boolean {
    if (gasLimit > this.#left) return false;
    this.#gasLimit = gasLimit;
    this.#added = 0n;
    return true;
  }

  /** Before a precompile runs. @throws WorkExceededError when it no longer fits. */
  take({address, input, gas}: PrecompileWorkload): void {
    const work = PRECOMPILE_WORK.get(address);
    if (work === undefined || gas < work.price(input)) return;
    const added = this.#added + BigInt(work.added(input));
    if (added > TRANSACTION_ADDED_WORK_MAX) throw new WorkExceededError('transaction');
    if (added + this.#gasLimit > this.#left) throw new WorkExceededError('block');
    this.#added = added;
  }

  /** @param gasUsed before refunds: what was given back was worked for. */
  end(gasUsed: bigint): void {
    this.#left -= gasUsed + this.#added;
  }

  /** What an execution has cost that was broken off: as if it had used all its gas. */
  giveUp(): void {
    this.#left -= this.#gasLimit + this.#added;
  }
}
