import {DecodeError} from './errors.ts';
import {keccak256Hex} from './keccak.ts';
import {TRANSACTION_CACHE_MAX} from './limits.ts';
import type {RecoverSenders} from './recovery/background.ts';
import {decodeTransaction} from './transaction.ts';
import type {Address, Hash, Transaction} from './types.ts';

export interface TransactionCacheOptions {
  readonly allowsUnsigned: boolean;
  /** Without it, senders are recovered where they are first needed. */
  readonly recoverSenders?: RecoverSenders | undefined;
}

/** Decoded transactions by hash: the mempool, the proposal check and the execution all ask for the same ones. */
export class TransactionCache {
  readonly #chainId: () => bigint;
  readonly #options: TransactionCacheOptions;
  readonly #transactions = new Map<Hash, Transaction>();
  /** By the very array that was decoded, or that a transaction holds: blocks carry them from step to step. */
  readonly #byArray = new WeakMap<Uint8Array, Transaction>();

  constructor(chainId: () => bigint, options: TransactionCacheOptions = {allowsUnsigned: false}) {
    this.#chainId = chainId;
    this.#options = options;
  }

  /** Throws DecodeError, also for a blob transaction: this chain has none. */
  decode(raw: Uint8Array): Transaction {
    const known = this.#byArray.get(raw);
    if (known !== undefined) return known;
    if (raw[0] === 3) throw new DecodeError('unsupported-type', 'transaction type not supported');
    const hash: Hash = `0x${keccak256Hex(raw)}`;
    const tx = this.#transactions.get(hash) ?? this.#decode(raw, hash);
    this.#byArray.set(raw, tx);
    return tx;
  }

  /** Brings the senders of many in at once, recovered in the background. What is wrong with one shows when it is decoded. Never rejects. */
  async prepare(raws: readonly Uint8Array[]): Promise<void> {
    const {recoverSenders} = this.#options;
    if (recoverSenders === undefined) return;
    const hashes = raws.map((raw): Hash => `0x${keccak256Hex(raw)}`);
    const missing = raws.flatMap((raw, index) => (this.#transactions.has(hashes[index]!) || raw[0] === 3 ? [] : [{raw, hash: hashes[index]!}]));
    const senders = await recoverSenders(missing.map(({raw}) => raw));
    for (const [index, sender] of senders.entries()) {
      const {raw, hash} = missing[index]!;
      if (sender === undefined || this.#transactions.has(hash)) continue;
      try {
        this.#byArray.set(raw, this.#decode(raw, hash, sender));
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
      }
    }
  }

  forget(transactions: readonly Transaction[]): void {
    for (const {hash} of transactions) this.#transactions.delete(hash);
  }

  #decode(raw: Uint8Array, hash: Hash, sender?: Address): Transaction {
    const {allowsUnsigned} = this.#options;
    const tx = decodeTransaction(raw, {chainId: this.#chainId(), allowsUnsigned, hash, ...(sender !== undefined && {sender})});
    if (this.#transactions.size >= TRANSACTION_CACHE_MAX) {
      const oldest = this.#transactions.keys().next();
      if (oldest.done !== true) this.#transactions.delete(oldest.value);
    }
    this.#transactions.set(hash, tx);
    this.#byArray.set(tx.raw, tx);
    return tx;
  }
}
