/** A pool over a state that tests set by hand, with real signatures where a test is about the wire. */
import {Mempool, type LocalJournal, type MempoolLimits, type MempoolOptions} from '../../../node/mempool/index.ts';
import {intrinsicGasOf} from './intrinsic.ts';
import {decodeTransaction} from '../../../node/execution/transaction.ts';
import {TransactionCache} from '../../../node/execution/transaction-cache.ts';
import {signTransaction, type UnsignedTransaction} from '../../../node/execution/transaction-encode.ts';
import type {Address, Hash, StateReader, Transaction} from '../../../node/execution/types.ts';

export const CHAIN_ID = 72590n;
export const GWEI = 10n ** 9n;
export const COIN = 10n ** 18n;
export const RECIPIENT: Address = `0x${'ab'.repeat(20)}`;

export class TestState implements StateReader {
  readonly nonces = new Map<Address, bigint>();
  readonly balances = new Map<Address, bigint>();
  readonly codes = new Map<Address, Uint8Array>();
  balanceDefault = 1000n * COIN;
  reads = 0;

  nonce(address: Address): bigint {
    this.reads++;
    return this.nonces.get(address) ?? 0n;
  }
  balance(address: Address): bigint {
    return this.balances.get(address) ?? this.balanceDefault;
  }
  code(address: Address): Uint8Array {
    return this.codes.get(address) ?? new Uint8Array(0);
  }
  codeHash(): Hash {
    return `0x${'00'.repeat(32)}`;
  }
  storage(): Uint8Array {
    return new Uint8Array(32);
  }
}

export class TestClock {
  time = 0;
  private readonly timers = new Set<{at: number; fn: () => void}>();

  nowMs = (): number => this.time;
  setTimer = (delayMs: number, fn: () => void): (() => void) => {
    const timer = {at: this.time + delayMs, fn};
    this.timers.add(timer);
    return () => void this.timers.delete(timer);
  };

  advance(ms: number): void {
    this.time += ms;
    for (const timer of [...this.timers].filter(({at}) => at <= this.time)) {
      this.timers.delete(timer);
      timer.fn();
    }
  }
}

export const silent = {debug() {}, info() {}, warn() {}, error() {}};

export interface TestPool {
  readonly pool: Mempool;
  readonly state: TestState;
  readonly clock: TestClock;
  readonly published: Uint8Array[][];
  readonly chain: {baseFee: bigint; blockGasLimit: bigint};
}

/** What a node gives its pool. */
function nodeDecoder(): (raw: Uint8Array) => Transaction {
  const cache = new TransactionCache(() => CHAIN_ID);
  return (raw) => cache.decode(raw);
}

export function testPool(
  limits: Partial<MempoolLimits> = {},
  options: Partial<MempoolOptions> = {},
  decode: (raw: Uint8Array) => Transaction = nodeDecoder(),
  journal?: LocalJournal,
): TestPool {
  const state = new TestState();
  const clock = new TestClock();
  const published: Uint8Array[][] = [];
  const chain = {baseFee: GWEI, blockGasLimit: 60_000_000n};
  const pool = new Mempool(
    {chainId: CHAIN_ID, feeCapMin: GWEI / 10n, ...options, limits},
    {
      decode,
      state: () => state,
      baseFee: () => chain.baseFee,
      blockGasLimit: () => chain.blockGasLimit,
      intrinsicGas: intrinsicGasOf,
      publish: (batch) => published.push([...batch]),
      clock,
      logger: silent,
      ...(journal === undefined ? {} : {journal}),
    },
  );
  return {pool, state, clock, published, chain};
}

export const key = (index: number): Uint8Array => Uint8Array.from({length: 32}, (_, i) => (i === 31 ? index + 1 : 7));

/** Signed for real; a plain transfer unless told otherwise. */
export function signed(index: number, nonce: bigint, change: Partial<UnsignedTransaction> = {}): Uint8Array {
  return signTransaction(
    {type: 2, chainId: CHAIN_ID, nonce, gasLimit: 21_000n, to: RECIPIENT, value: 1n, maxFeePerGas: 3n * GWEI, maxPriorityFeePerGas: GWEI, ...change},
    key(index),
  );
}

export const senderOf = (index: number): Address => decodeTransaction(signed(index, 0n)).sender;

/** Transactions without signatures, by the thousand: `raw` is a running number, and `decode` looks it up. */
export class Unsigned {
  private readonly made: Transaction[] = [];

  make(sender: number, nonce: bigint, fee: {cap: bigint; tip: bigint}, bytes = 100, change: Partial<Transaction> = {}): Transaction {
    const raw = new Uint8Array(bytes);
    new DataView(raw.buffer).setUint32(0, this.made.length);
    const tx: Transaction = {
      type: 2,
      hash: `0x${this.made.length.toString(16).padStart(64, '0')}`,
      sender: unsignedSender(sender),
      chainId: CHAIN_ID,
      nonce,
      gasLimit: 21_000n,
      to: RECIPIENT,
      value: 0n,
      data: new Uint8Array(0),
      maxFeePerGas: fee.cap,
      maxPriorityFeePerGas: fee.tip,
      accessList: [],
      authorizationList: [],
      maxFeePerBlobGas: 0n,
      blobVersionedHashes: [],
      yParity: 0,
      v: 0n,
      r: 1n,
      s: 1n,
      raw,
      ...change,
    };
    this.made.push(tx);
    return tx;
  }

  decode = (raw: Uint8Array): Transaction => this.made[new DataView(raw.buffer, raw.byteOffset).getUint32(0)]!;
}

export const unsignedSender = (index: number): Address => `0x${index.toString(16).padStart(40, '0')}`;
