/** Requests that wait until a transaction is in a block. */
import type {BlockEvent, Hash, Receipt} from '#node/execution';
import {rpcErrors} from './errors.ts';
import type {EthRpcClock} from './options.ts';

type Waiter = (receipt: Receipt | undefined) => void;

export interface ReceiptWait {
  /** undefined when it is not there in time, or nobody waits any more. */
  readonly receipt: Promise<Receipt | undefined>;
  /** Gives the place back; may be called at any time. */
  cancel(): void;
}

export class ReceiptWaiters {
  readonly #clock: EthRpcClock;
  readonly #waitersMax: number;
  readonly #waiting = new Map<Hash, Set<Waiter>>();
  #count = 0;

  constructor({clock, waitersMax}: {readonly clock: EthRpcClock; readonly waitersMax: number}) {
    this.#clock = clock;
    this.#waitersMax = waitersMax;
  }

  /** To be called before the transaction is handed in; takes a place at once. @throws RpcError when there is none. */
  wait(hash: Hash, timeoutMs: number): ReceiptWait {
    if (this.#count >= this.#waitersMax) throw rpcErrors.limitExceeded('too many requests wait for receipts');
    let done: Waiter = () => undefined;
    const receipt = new Promise<Receipt | undefined>((resolve) => {
      const waiters = this.#waiting.get(hash) ?? new Set<Waiter>();
      done = (found) => {
        if (!waiters.delete(done)) return;
        cancelTimer();
        this.#count--;
        if (waiters.size === 0) this.#waiting.delete(hash);
        resolve(found);
      };
      const cancelTimer = this.#clock.setTimer(timeoutMs, () => done(undefined));
      waiters.add(done);
      this.#waiting.set(hash, waiters);
      this.#count++;
    });
    return {receipt, cancel: () => done(undefined)};
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
