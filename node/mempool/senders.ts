/** The queues of all senders, which of them have something executable, and how many transactions that is. */
import type {Address} from '#node/execution';
import {SenderQueue} from './sender-queue.ts';

export class Senders {
  readonly #byAddress = new Map<Address, SenderQueue>();
  readonly #ready = new Set<SenderQueue>();
  #pendingCount = 0;
  #sweep: Iterator<SenderQueue> | undefined;

  get size(): number {
    return this.#byAddress.size;
  }

  /** Executable transactions of all queues. */
  get pendingCount(): number {
    return this.#pendingCount;
  }

  /** Queues with something executable. */
  get ready(): ReadonlySet<SenderQueue> {
    return this.#ready;
  }

  get(address: Address): SenderQueue | undefined {
    return this.#byAddress.get(address);
  }

  values(): Iterable<SenderQueue> {
    return this.#byAddress.values();
  }

  /** The sender's queue, or an empty one that nobody knows yet. */
  queueOf(address: Address): SenderQueue {
    return this.#byAddress.get(address) ?? new SenderQueue(address);
  }

  /** Makes a change to a queue, and keeps the indexes true to it: a queue that is empty afterwards is forgotten, another one known. */
  change<T>(queue: SenderQueue, make: () => T): T {
    const before = queue.pendingCount;
    const result = make();
    this.#pendingCount += queue.pendingCount - before;
    if (queue.pendingCount > 0) this.#ready.add(queue);
    else this.#ready.delete(queue);
    if (queue.items.length === 0) this.#byAddress.delete(queue.address);
    else if (this.#byAddress.get(queue.address) !== queue) this.#byAddress.set(queue.address, queue);
    return result;
  }

  /** So many queues at most, each in its turn; the next call goes on behind them. */
  *inTurn(countMax: number): Iterable<SenderQueue> {
    const visits = Math.min(countMax, this.#byAddress.size);
    for (let i = 0; i < visits; i++) {
      let next = this.#sweep?.next();
      if (next === undefined || next.done === true) {
        this.#sweep = this.#byAddress.values();
        next = this.#sweep.next();
        if (next.done === true) return;
      }
      yield next.value;
    }
  }

  clear(): void {
    this.#byAddress.clear();
    this.#ready.clear();
    this.#pendingCount = 0;
    this.#sweep = undefined;
  }
}
