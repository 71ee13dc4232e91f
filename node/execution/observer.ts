/**
 * What can be seen of a run of an engine: tracers, access lists and simulated transfers are made of it. The order and the meaning of
 * the events are those of go-ethereum's core/tracing hooks. A run without an observer pays nothing for this.
 */
import type {Address, Log} from './types.ts';

export type FrameKind = 'CALL' | 'CALLCODE' | 'DELEGATECALL' | 'STATICCALL' | 'CREATE' | 'CREATE2' | 'SELFDESTRUCT';

/** One instruction before it is carried out. Valid during the call only: what is to be kept has to be copied. */
export interface ObservedStep {
  readonly pc: number;
  readonly op: number;
  /** Left before this instruction. */
  readonly gas: bigint;
  /** Of the whole instruction, with what a call hands to its callee (but not a creation). */
  readonly cost: bigint;
  /** 1 in the outermost frame. */
  readonly depth: number;
  /** The refund counter of the transaction so far, without authorizations. */
  readonly refund: bigint;
  /** Whose storage is read and written: under DELEGATECALL not the account whose code runs. */
  readonly address: Address;
  readonly stackLength: number;
  /** From the top, which is 0. Must be below `stackLength`. */
  stackItem(index: number): bigint;
  /** Whole words. A view of the interpreter's own memory. */
  readonly memory: Uint8Array;
  /** Of the last call in this frame. */
  readonly returnData: Uint8Array;
}

/** Why the instruction of the last step did not succeed, REVERT apart. */
export interface ObservedFault {
  /** In geth's words. */
  readonly error: string;
  /** It failed before it was paid for: missing gas, or a stack too small or too large. */
  readonly isUnpaid: boolean;
}

export interface ObservedFrame {
  readonly kind: FrameKind;
  /** 0: the outermost. */
  readonly depth: number;
  /** The account that calls: for DELEGATECALL the one whose code does. */
  readonly from: Address;
  /** Whose code runs (also a precompile), what is created, or who gets the balance of a SELFDESTRUCT. */
  readonly to: Address;
  /** undefined: STATICCALL. DELEGATECALL shows the value of its caller. */
  readonly value: bigint | undefined;
  readonly gas: bigint;
  /** Call data, or init code. */
  readonly input: Uint8Array;
}

export interface ObservedExit {
  /** Return data, revert data, or the code of what was created; empty after a failure. */
  readonly output: Uint8Array;
  readonly gasUsed: bigint;
  /** In geth's words; `execution reverted` for a revert. */
  readonly error: string | undefined;
  readonly isReverted: boolean;
}

/** What is not given is not watched for. Every `enter` is followed by its `exit`, calls that never began included. */
export interface ExecutionObserver {
  step?(step: ObservedStep): void;
  fault?(fault: ObservedFault): void;
  enter?(frame: ObservedFrame): void;
  exit?(exit: ObservedExit): void;
  /** When it is written; the frame may still be reverted. */
  log?(log: Log): void;
  /** In a long run, each time that other work of the process has had its turn: what it throws ends the run. */
  turn?(): void;
}
