/** What the pool asks of its surroundings. */
import type {StateReader, Transaction} from '#node/execution';
import type {PoolErrorCode} from './errors.ts';
import type {LocalJournal} from './journal.ts';
import type {MempoolLimits} from './limits.ts';

export interface MempoolLogger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface MempoolClock {
  nowMs(): number;
  /** Returns a cancel function. */
  setTimer(delayMs: number, fn: () => void): () => void;
}

export type DropReason = 'included' | 'replaced' | 'evicted' | 'expired' | 'removed';

export interface MempoolMetrics {
  /** After every change that is not part of a larger one. */
  size(pending: number, queued: number, bytes: number): void;
  admitted(source: TransactionOrigin): void;
  refused(source: TransactionOrigin, code: PoolErrorCode): void;
  dropped(reason: DropReason, count: number): void;
}

export type TransactionOrigin = 'local' | 'gossip';

/** As gossipsub's validators answer: pass on, keep to oneself, or hold it against the sender. */
export type GossipOutcome = 'accept' | 'ignore' | 'reject';

export interface MempoolOptions {
  readonly chainId: bigint;
  /** wei per gas; a transaction whose fee cap lies below can never be included. The floor of the chain's base fee. */
  readonly feeCapMin?: bigint;
  /** wei per gas. 0 by default: the base fee is the price, the tip an offer. */
  readonly tipMin?: bigint;
  /** Legacy transactions without a chain id can be replayed on other chains; refused unless allowed. */
  readonly allowUnprotected?: boolean;
  readonly limits?: Partial<MempoolLimits>;
}

export interface MempoolModules {
  /** Decodes a canonical envelope and recovers its sender; throws an Error with geth's text. Should cache by hash. */
  readonly decode: (raw: Uint8Array) => Transaction;
  /** Makes ready to decode many, where that pays. Never rejects. */
  readonly prepare?: (raws: readonly Uint8Array[]) => Promise<void>;
  /** The state after the last committed block. */
  readonly state: () => StateReader;
  /** Base fee of the next block, wei per gas. */
  readonly baseFee: () => bigint;
  /** Gas limit of the next block. */
  readonly blockGasLimit: () => bigint;
  /** Intrinsic gas under the rules in force, and the calldata floor of EIP-7623. */
  readonly intrinsicGas: (tx: Transaction) => {readonly regular: bigint; readonly floor: bigint};
  /** Sends a batch to the network. Called from a timer, never from within a submission. */
  readonly publish: (batch: readonly Uint8Array[]) => void;
  readonly clock: MempoolClock;
  readonly logger: MempoolLogger;
  readonly metrics?: MempoolMetrics;
  /** Where own submissions are kept across restarts. */
  readonly journal?: LocalJournal;
}
