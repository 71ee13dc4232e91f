import {DecodeError} from './errors.ts';
import {keccak256Hex} from './keccak.ts';
import {TRANSACTION_CACHE_MAX} from './limits.ts';
import {decodeTransaction} from './transaction.ts';
import type {Transaction} from './types.ts';

/** Decoded transactions by hash: the mempool, the proposal check and the execution all ask for the same ones. */
export class TransactionCache {
  readonly #chainId: () => bigint;
  readonly #allowsUnsigned: boolean;
  readonly #transactions = new Map<string, Transaction>();

  constructor(chainId: () => bigint, options: {readonly allowsUnsigned: boolean} = {allowsUnsigned: false}) {
    this.#chainId = chainId;
    this.#allowsUnsigned = options.allowsUnsigned;
  }

  /** Throws DecodeError, also for a blob transaction: this chain has none. */
  decode(raw: Uint8Array): Transaction {
    if (raw[0] === 3) throw new DecodeError('unsupported-type', 'transaction type not supported');
    const hash = keccak256Hex(raw);
    const cached = this.#transactions.get(hash);
    if (cached !== undefined) return cached;
    const tx = decodeTransaction(raw, {chainId: this.#chainId(), allowsUnsigned: this.#allowsUnsigned});
    if (this.#transactions.size >= TRANSACTION_CACHE_MAX) {
      const oldest = this.#transactions.keys().next();
      if (oldest.done !== true) this.#transactions.delete(oldest.value);
    }
    this.#transactions.set(hash, tx);
    return tx;
  }

  forget(transactions: readonly Transaction[]): void {
    for (const {hash} of transactions) this.#transactions.delete(hash.slice(2));
  }
}
