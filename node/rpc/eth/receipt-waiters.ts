/** Requests that wait until a transaction is in a block. */
import type {BlockEvent, Hash, Receipt} from '#node/execution';
import {rpcErrors} from './errors.ts';
import type {EthRpcClock} from './options.ts';

type Waiter = (receipt: Receipt | undefined) => void;

export class ReceiptWaiters {
  readonly #clock: EthRpcClock;
  readonly #waitersMax: number;
  readonly #waiting = new Map<Hash, Set<Waiter>>();
  #count = 0;

  constructor({clock, waitersMax}: {readonly clock: EthRpcClock; readonly waitersMax: number}) {
    this.#clock = clock;
    this.#waitersMax = waitersMax;
  }

  checkRoom(): void {
    if (this.#count >= this.#waitersMax) throw rpcErrors.limitExceeded('too many requests wait for receipts');
  }

  /** undefined when it is not there in time. */
  wait(hash: Hash, timeoutMs: number): Promise<Receipt | undefined> {
    return new Promise((resolve) => {
      const waiters = this.#waiting.get(hash) ?? new Set<Waiter>();
      const done: Waiter = (receipt) => {
        cancel();
        this.#count--;
        waiters.delete(done);
        if (waiters.size === 0) this.#waiting.delete(hash);
        resolve(receipt);
      };
      const cancel = this.#clock.setTimer(timeoutMs, () => done(undefined));
      waiters.add(done);
      this.#waiting.set(hash, waiters);
      this.#count++;
    });
  }

  onBlock({receipts}: BlockEvent): void {
    if (this.#count === 0) return;
    for (const receipt of receipts) for (const done of [...(this.#waiting.get(receipt.transactionHash) ?? [])]) done(receipt);
  }

  /** Ends all of them, with nothing. */
  clear(): void {
    for (const waiters of [...this.#waiting.values()]) for (const done of [...waiters]) done(undefined);
  }
}
