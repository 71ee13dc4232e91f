/** Room for a transaction in a full pool: what is worth less than it has to go. */
import type {Catalogue} from './catalogue.ts';
import {refuse} from './errors.ts';
import {EvictionOrder, isWorthMore} from './eviction.ts';
import type {MempoolLimits} from './limits.ts';
import type {PooledTransaction, SenderQueue} from './sender-queue.ts';
import type {Senders} from './senders.ts';

export interface RoomModules {
  readonly limits: MempoolLimits;
  readonly catalogue: Catalogue;
  readonly senders: Senders;
  /** wei per gas, of the next block. */
  readonly baseFee: () => bigint;
}

export class Room {
  readonly #modules: RoomModules;
  /** Made when it is first needed after a block. */
  #order: EvictionOrder | undefined;

  constructor(modules: RoomModules) {
    this.#modules = modules;
  }

  /** Prices, nonces or balances have changed: who is worth least is found anew. */
  forgetOrder(): void {
    this.#order = undefined;
  }

  inserted(queue: SenderQueue, item: PooledTransaction): void {
    this.#order?.inserted(queue, item);
  }

  /** Evicts until `item` fits; throws PoolError, with the pool as before, when that is not enough. @returns how many had to go. */
  make(item: PooledTransaction, queue: SenderQueue): number {
    const {limits, catalogue, senders, baseFee} = this.#modules;
    const displaced = queue.find(item.tx.nonce);
    const countMax = limits.poolCountMax - (displaced === undefined ? 1 : 0);
    const bytesMax = limits.poolBytesMax - item.tx.raw.length + (displaced?.tx.raw.length ?? 0);
    const fits = (): boolean => catalogue.size <= countMax && catalogue.bytes <= bytesMax;
    if (fits()) return 0;

    const order = (this.#order ??= new EvictionOrder(senders.values(), baseFee(), limits.senderFairCount));
    const willBePending = displaced === undefined ? item.tx.nonce === queue.nextNonce : item.tx.nonce < queue.nextNonce;
    const worth = order.worthOf(item, queue, queue.position(item.tx.nonce), willBePending);
    const victims: {queue: SenderQueue; item: PooledTransaction}[] = [];
    while (!fits()) {
      const victim = order.worst();
      const isPredecessor = victim?.queue === queue && victim.item.tx.nonce <= item.tx.nonce;
      if (victim === undefined || isPredecessor || !isWorthMore(worth, victim)) {
        for (const {queue: owner, item: returned} of victims.reverse()) this.#putBack(owner, returned);
        throw willBePending ? refuse.underpriced() : refuse.poolFull();
      }
      victims.push({queue: victim.queue, item: victim.item});
      this.#popTail(victim.queue, order);
    }
    return victims.length;
  }

  #popTail(queue: SenderQueue, order: EvictionOrder): void {
    const {senders, catalogue} = this.#modules;
    catalogue.remove(senders.change(queue, () => queue.pop()!));
    order.tailChanged(queue);
  }

  #putBack(queue: SenderQueue, item: PooledTransaction): void {
    const {senders, catalogue} = this.#modules;
    senders.change(queue, () => {
      queue.insert(item);
      queue.promote();
    });
    catalogue.add(item);
    this.inserted(queue, item);
  }
}
