/** The pool's transactions by hash and by their bytes. */
import type {Hash} from '#node/execution';
import type {PooledTransaction} from './sender-queue.ts';

/** The signature stands last in every envelope; its 64 bytes tell transactions apart without hashing them. */
const TAIL_BYTES = 64;

const tailOf = (raw: Uint8Array): string => Buffer.from(raw.buffer, raw.byteOffset, raw.length).toString('latin1', Math.max(0, raw.length - TAIL_BYTES));

export class Catalogue {
  private readonly byHash = new Map<Hash, PooledTransaction>();
  private readonly byTail = new Map<string, PooledTransaction>();
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

  add(item: PooledTransaction): void {
    const {hash, raw} = item.tx;
    this.byHash.set(hash, item);
    this.byTail.set(tailOf(raw), item);
    this.byteCount += raw.length;
  }

  remove(item: PooledTransaction): void {
    const {hash, raw} = item.tx;
    if (this.byHash.get(hash) !== item) return;
    this.byHash.delete(hash);
    this.byteCount -= raw.length;
    const tail = tailOf(raw);
    if (this.byTail.get(tail) === item) this.byTail.delete(tail);
  }
}
