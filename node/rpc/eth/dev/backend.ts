/** What the development methods ask of the node. `node/dev` implements it; no other node has it. */
import type {Address, Hash, UnsignedTransaction} from '#node/execution';
import type {AccountOverride} from '../backend.ts';

export interface MineOptions {
  /** Seconds from one of several blocks to the next. */
  readonly interval?: bigint;
  /** Of the first of them. */
  readonly timestamp?: bigint;
}

export interface DevBackend {
  /** Accounts that `send` takes: those of the development mnemonic, then those that are impersonated. */
  accounts(): readonly Address[];
  /** Signs if the node has the key; a transaction of an impersonated account goes without a signature. `isForced`: of any account. */
  send(tx: UnsignedTransaction, from: Address, isForced: boolean): Promise<Hash>;
  /** Signature (r ‖ s ‖ v) over a digest of 32 bytes; undefined when the node does not have the account's key. */
  signDigest(address: Address, digest: Uint8Array): Uint8Array | undefined;
  impersonate(address: Address): Promise<void>;
  /** false: it was not impersonated. */
  stopImpersonating(address: Address): Promise<boolean>;
  impersonateAll(isOn: boolean): Promise<void>;
  /** Shows in the newest state at once; the next block's state root covers it. */
  setAccount(address: Address, change: Pick<AccountOverride, 'balance' | 'nonce' | 'code' | 'stateDiff'>): Promise<void>;
  setCoinbase(address: Address): Promise<void>;
  setBlockGasLimit(gas: bigint): Promise<void>;
  setNextBaseFee(wei: bigint): Promise<void>;
  mine(blocks: bigint, options?: MineOptions): Promise<void>;
  readonly isAutomining: boolean;
  setAutomine(isOn: boolean): Promise<void>;
  /** 0: none. */
  setIntervalMining(milliseconds: bigint): Promise<void>;
  /** @returns seconds by which the chain's clock is ahead in all. */
  increaseTime(seconds: bigint): Promise<bigint>;
  setNextTimestamp(seconds: bigint): Promise<void>;
  /** undefined: blocks follow the clock again. */
  setTimestampInterval(seconds: bigint | undefined): Promise<void>;
  snapshot(): Promise<bigint>;
  /** false: there is no such snapshot (any more). */
  revert(id: bigint): Promise<boolean>;
  /** Back to genesis. */
  reset(): Promise<void>;
  /** false: it does not wait. */
  drop(hash: Hash): Promise<boolean>;
  /** After the chain went back. */
  onRewind(fn: () => void): () => void;
}
