/**
 * The order in which a full pool gives up transactions. Only the last transaction of a sender can leave without making the
 * others of that sender worthless, and a transaction is worth no more than the cheapest of its predecessors, which must be
 * included before it. So the worth of a transaction is the least effective tip from the sender's first up to it; along a
 * sender's queue it never rises, and the last one is always the sender's cheapest.
 *
 * What cannot be executed goes first; then what one sender holds beyond its fair count; then the cheapest.
 */
import {Heap} from './heap.ts';
import {effectiveTip, type PooledTransaction, type SenderQueue} from './sender-queue.ts';

/** Higher stays longer. */
const Rank = {Queued: 0, BeyondFairShare: 1, Executable: 2} as const;

export interface Worth {
  readonly rank: number;
  /** wei per gas; negative below the base fee. */
  readonly price: bigint;
}

interface Candidate extends Worth {
  readonly queue: SenderQueue;
  readonly item: PooledTransaction;
}

export const isWorthMore = (a: Worth, b: Worth): boolean => a.rank > b.rank || (a.rank === b.rank && a.price > b.price);

/** Valid for one base fee; the pool makes a new one after every block, when it is full. */
export class EvictionOrder {
  private readonly baseFee: bigint;
  private readonly fairCount: number;
  private readonly prices = new WeakMap<PooledTransaction, bigint>();
  private readonly heap: Heap<Candidate>;

  constructor(queues: Iterable<SenderQueue>, baseFee: bigint, fairCount: number) {
    this.baseFee = baseFee;
    this.fairCount = fairCount;
    const candidates: Candidate[] = [];
    for (const queue of queues) {
      this.reprice(queue, 0);
      const candidate = this.candidate(queue);
      if (candidate !== undefined) candidates.push(candidate);
    }
    // Among equals the newest goes.
    this.heap = new Heap((a, b) => isWorthMore(b, a) || (!isWorthMore(a, b) && a.item.sequence > b.item.sequence), candidates);
  }

  /** What a transaction that is not in the pool yet would be worth at a position of its sender's queue. */
  worthOf(item: PooledTransaction, queue: SenderQueue, position: number, willBePending: boolean): Worth {
    return {rank: this.rank(position, willBePending), price: this.priceAfter(queue, position, item)};
  }

  /** The sender with the cheapest transaction at its end; undefined when the pool is empty. */
  worst(): Candidate | undefined {
    for (;;) {
      const top = this.heap.peek();
      if (top === undefined) return undefined;
      const current = this.candidate(top.queue);
      if (current !== undefined && current.item === top.item && current.rank === top.rank && current.price === top.price) return top;
      // The queue has changed since this entry was made; its later entry, or this renewed one, stands for it.
      this.heap.pop();
      if (current !== undefined && current.item === top.item) this.heap.push(current);
    }
  }

  inserted(queue: SenderQueue, item: PooledTransaction): void {
    this.reprice(queue, queue.position(item.tx.nonce));
    this.tailChanged(queue);
  }

  tailChanged(queue: SenderQueue): void {
    const candidate = this.candidate(queue);
    if (candidate !== undefined) this.heap.push(candidate);
  }

  private rank(position: number, isPending: boolean): number {
    if (!isPending) return Rank.Queued;
    return position >= this.fairCount ? Rank.BeyondFairShare : Rank.Executable;
  }

  private priceAfter(queue: SenderQueue, position: number, item: PooledTransaction): bigint {
    const own = effectiveTip(item.tx, this.baseFee);
    const before = position === 0 ? undefined : this.prices.get(queue.items[position - 1]!);
    return before !== undefined && before < own ? before : own;
  }

  /** Stops as soon as a price comes out as it was. */
  private reprice(queue: SenderQueue, from: number): void {
    for (let i = from; i < queue.items.length; i++) {
      const item = queue.items[i]!;
      const price = this.priceAfter(queue, i, item);
      if (this.prices.get(item) === price && i > from) return;
      this.prices.set(item, price);
    }
  }

  private candidate(queue: SenderQueue): Candidate | undefined {
    const position = queue.items.length - 1;
    const item = queue.tail;
    if (item === undefined) return undefined;
    const price = this.prices.get(item) ?? this.priceAfter(queue, position, item);
    return {queue, item, rank: this.rank(position, position < queue.pendingCount), price};
  }
}
