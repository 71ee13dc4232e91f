/** The pool's transactions by hash and by their bytes. */
import type {Address, Hash} from '#node/execution';
import type {PooledTransaction} from './sender-queue.ts';

/** The signature stands last in every envelope; its 64 bytes tell transactions apart without hashing them. */
const TAIL_BYTES = 64;

const tailOf = (raw: Uint8Array): string => Buffer.from(raw.buffer, raw.byteOffset, raw.length).toString('latin1', Math.max(0, raw.length - TAIL_BYTES));

export class Catalogue {
  private readonly byHash = new Map<Hash, PooledTransaction>();
  private readonly byTail = new Map<string, PooledTransaction>();
  private readonly authorizations = new Map<Address, number>();
  private byteCount = 0;

  get size(): number {
    return this.byHash.size;
  }

  /** Bytes of all envelopes. */
  get bytes(): number {
    return this.byteCount;
  }

  has(hash: Hash): boolean {
    return this.byHash.has(hash);
  }

  get(hash: Hash): PooledTransaction | undefined {
    return this.byHash.get(hash);
  }

  /** The pooled transaction with these bytes: spares a block's transactions a second recovery of their senders. */
  find(raw: Uint8Array): PooledTransaction | undefined {
    const item = this.byTail.get(tailOf(raw));
    return item !== undefined && Buffer.compare(item.tx.raw, raw) === 0 ? item : undefined;
  }

  /** In the order of arrival. */
  items(): IterableIterator<PooledTransaction> {
    return this.byHash.values();
  }

  add(item: PooledTransaction): void {
    const {hash, raw} = item.tx;
    this.byHash.set(hash, item);
    this.byTail.set(tailOf(raw), item);
    this.byteCount += raw.length;
    for (const authority of item.authorities) this.authorizations.set(authority, (this.authorizations.get(authority) ?? 0) + 1);
  }

  /** Whether a pooled transaction delegates this account (EIP-7702). */
  isAuthority(address: Address): boolean {
    return this.authorizations.has(address);
  }

  remove(item: PooledTransaction): void {
    const {hash, raw} = item.tx;
    if (this.byHash.get(hash) !== item) return;
    this.byHash.delete(hash);
    this.byteCount -= raw.length;
    for (const authority of item.authorities) {
      const left = (this.authorizations.get(authority) ?? 0) - 1;
      if (left > 0) this.authorizations.set(authority, left);
      else this.authorizations.delete(authority);
    }
    const tail = tailOf(raw);
    if (this.byTail.get(tail) === item) this.byTail.delete(tail);
  }
}
