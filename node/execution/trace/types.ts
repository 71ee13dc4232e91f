/** What a trace is asked for, and what a tracer is. The JSON shapes are go-ethereum's (eth/tracers). */
import type {ExecutionObserver} from '../observer.ts';
import type {StateOverlay} from '../state/overlay.ts';
import type {Address} from '../types.ts';

export type Json = null | boolean | number | string | readonly Json[] | {readonly [key: string]: Json};

export interface StructLogOptions {
  readonly enableMemory: boolean;
  readonly disableStack: boolean;
  readonly disableStorage: boolean;
  readonly enableReturnData: boolean;
  /** Steps that are kept; 0: all. */
  readonly limit: number;
}

export type TracerSpec =
  | ({readonly kind: 'struct'} & StructLogOptions)
  | {readonly kind: 'call'; readonly onlyTopCall: boolean; readonly withLog: boolean}
  | {readonly kind: 'prestate'; readonly diffMode: boolean; readonly disableCode: boolean; readonly disableStorage: boolean; readonly includeEmpty: boolean}
  | {readonly kind: '4byte'}
  | {readonly kind: 'noop'};

export interface TraceOptions {
  readonly tracer: TracerSpec;
  /** For each transaction by itself. */
  readonly timeoutMs: number;
}

/** What a tracer knows before the transaction begins; `state` stays the transaction's own. */
export interface TraceStart {
  readonly state: StateOverlay;
  readonly from: Address;
  /** What is called or created. */
  readonly to: Address;
  readonly isCreation: boolean;
  readonly gasLimit: bigint;
  readonly miner: Address;
  /** EIP-7702. */
  readonly authorities: readonly Address[];
  /** Logs of the block before this transaction. */
  readonly firstLogIndex: number;
  isPrecompile(address: Address): boolean;
}

/** The transaction's end, fees paid and refunded. */
export interface TraceEnd {
  readonly status: 'success' | 'revert' | 'failure';
  readonly gasUsed: bigint;
  readonly returnData: Uint8Array;
}

export interface Tracer extends ExecutionObserver {
  result(end: TraceEnd): Json;
}
