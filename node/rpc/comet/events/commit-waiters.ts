/** Calls of broadcast_tx_commit that wait for the block of their transaction. */
import {toHex, txHash, type ExecTxResult} from '#proto';
import {internalError} from '../errors.ts';
import type {CommittedBlock} from './chain-events.ts';

export interface RpcClock {
  /** Returns a cancel function. */
  setTimer(delayMs: number, fn: () => void): () => void;
}

export interface Inclusion {
  readonly height: bigint;
  readonly result: ExecTxResult;
}

interface Waiter {
  readonly hash: string;
  settle(outcome: Inclusion | Error): void;
}

export class CommitWaiters {
  readonly #max: number;
  readonly #timeoutMs: number;
  readonly #clock: RpcClock;
  readonly #waiters = new Set<Waiter>();

  constructor(options: {readonly max: number; readonly timeoutMs: number}, clock: RpcClock) {
    this.#max = options.max;
    this.#timeoutMs = options.timeoutMs;
    this.#clock = clock;
  }

  /** To be called before the transaction is handed in. `cancel` when it was refused. @throws RpcError when too many wait. */
  wait(tx: Uint8Array): {readonly included: Promise<Inclusion>; cancel(): void} {
    if (this.#waiters.size >= this.#max) throw internalError(`${this.#max} callers of broadcast_tx_commit wait already: use broadcast_tx_sync`);
    let cancelTimer = (): void => undefined;
    let waiter: Waiter | undefined;
    const included = new Promise<Inclusion>((resolve, reject) => {
      waiter = {
        hash: toHex(txHash(tx)),
        settle: (outcome) => {
          cancelTimer();
          if (waiter !== undefined) this.#waiters.delete(waiter);
          if (outcome instanceof Error) reject(outcome);
          else resolve(outcome);
        },
      };
      this.#waiters.add(waiter);
    });
    // Whoever cancels does not wait for it.
    included.catch(() => undefined);
    cancelTimer = this.#clock.setTimer(this.#timeoutMs, () => waiter?.settle(internalError('timed out waiting for tx to be included in a block')));
    return {included, cancel: () => waiter?.settle(internalError('the transaction was refused'))};
  }

  onBlock({block, results}: CommittedBlock): void {
    if (this.#waiters.size === 0) return;
    for (const [index, tx] of block.txs.entries()) {
      const hash = toHex(txHash(tx));
      const result = results.txResults[index];
      if (result === undefined) continue;
      for (const waiter of [...this.#waiters]) if (waiter.hash === hash) waiter.settle({height: block.header.height, result});
    }
  }

  close(): void {
    for (const waiter of [...this.#waiters]) waiter.settle(internalError('the node stops'));
  }
}
