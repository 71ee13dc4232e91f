/** What the node asks of an EVM. @ethereumjs/evm is the reference behind it; a faster engine is held to that one. */
import type {ExecutionObserver} from './observer.ts';
import type {StateOverlay} from './state/overlay.ts';
import type {Address, Hash, Log} from './types.ts';
import type {WorkMeter} from './work.ts';

export interface BlockEnvironment {
  readonly number: bigint;
  readonly timestamp: bigint;
  readonly miner: Address;
  readonly gasLimit: bigint;
  /** 0 before London. */
  readonly baseFeePerGas: bigint;
  /** 0 from the merge on. */
  readonly difficulty: bigint;
  readonly prevRandao: Hash;
  /** Price of blob gas; 0 before Cancun. */
  readonly blobBaseFee: bigint;
  /** Addresses whose precompile answers elsewhere, or nowhere, in this run: a simulation moved them. The value is the address whose precompile it is. */
  readonly precompiles?: ReadonlyMap<Address, Address | undefined> | undefined;
  /** Hash of an earlier block for BLOCKHASH; asked for the last 256 only. */
  blockHash(number: bigint): Hash;
}

/** The outermost frame of a transaction or call. The sender's nonce is already raised, its fee already taken. */
export interface Frame {
  readonly caller: Address;
  /** undefined: creation; `data` is then the init code. */
  readonly to: Address | undefined;
  readonly value: bigint;
  readonly data: Uint8Array;
  /** Without the intrinsic gas. */
  readonly gas: bigint;
  readonly gasPrice: bigint;
  /** Warm from the start, besides precompiles (EIP-2929, 2930, 3651). */
  readonly warmAddresses: readonly Address[];
  readonly warmSlots: readonly {readonly address: Address; readonly slot: Hash}[];
  /** For BLOBHASH (EIP-4844). */
  readonly blobVersionedHashes: readonly Hash[];
}

export interface FrameResult {
  readonly status: 'success' | 'revert' | 'failure';
  /** In geth's words; undefined on success and revert. */
  readonly error: string | undefined;
  readonly returnData: Uint8Array;
  readonly gasUsed: bigint;
  /** Refund counter of the frame, uncapped. */
  readonly refund: bigint;
  readonly logs: readonly Log[];
  readonly createdAddress: Address | undefined;
  /** Contracts to delete at the end of the transaction (since EIP-6780 only those made in it). */
  readonly destroyed: readonly Address[];
}

export interface ExecutionEngine {
  isPrecompile(address: Address): boolean;
  /**
   * Changes go to `state`, which the engine leaves without open checkpoints. Calls are queued: one at a time per engine. What
   * `observer` throws ends the run; engine and state are of no use then. Where there is a `work`, precompiles are counted by it.
   * @throws WorkExceededError when it says so: the engine can be used again, the state is the caller's to set back.
   */
  run(frame: Frame, block: BlockEnvironment, state: StateOverlay, observer?: ExecutionObserver, work?: WorkMeter): Promise<FrameResult>;
}

