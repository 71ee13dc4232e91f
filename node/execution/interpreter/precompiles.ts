import type {Address} from '../types.ts';

export interface PrecompileCall {
  readonly address: Address;
  /** Valid during the call only, or until the promise that it gives is settled. */
  readonly input: Uint8Array;
  readonly gas: number;
  readonly caller: Address;
  /** 0 under DELEGATECALL. */
  readonly value: bigint;
  readonly isStatic: boolean;
  /** By DELEGATECALL or CALLCODE. */
  readonly isDelegate: boolean;
}

export interface PrecompileResult {
  readonly gasUsed: number;
  /** Never a part of the input. */
  readonly output: Uint8Array;
  readonly isReverted: boolean;
  /** In geth's words; undefined on success and revert. */
  readonly failure: string | undefined;
}

export interface Precompiles {
  readonly addresses: ReadonlySet<Address>;
  run(call: PrecompileCall): PrecompileResult | Promise<PrecompileResult>;
}
