/** What a suite of invariants is: random actors on a chain, and what must hold after any of their steps. */
import type {EvmChain} from '../../support/evm-chain.ts';
import {Reverted} from '../../support/evm-chain.ts';
import type {Dice} from './dice.ts';

export interface Suite {
  readonly name: string;
  /** Throws InvariantBroken. @param steps transactions to try */
  run(chain: EvmChain, dice: Dice, steps: number): Promise<void>;
}

export class InvariantBroken extends Error {
  override readonly name = 'InvariantBroken';
}

export function holds(condition: boolean, what: () => string): void {
  if (!condition) throw new InvariantBroken(what());
}

/** Runs a transaction that may be refused by a named error. @returns whether it was carried out */
export async function attempt(promise: Promise<unknown>): Promise<boolean> {
  try {
    await promise;
    return true;
  } catch (error) {
    if (!(error instanceof Reverted)) throw error;
    holds(error.errorName !== '' && error.errorName !== 'Panic', () => `refused without a named error: ${error.message}`);
    return false;
  }
}
