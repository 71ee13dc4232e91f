/** Lets so many tasks run at once and so many more wait, in order. */
import {rpcErrors} from './errors.ts';

export class Semaphore {
  private readonly waiting: (() => void)[] = [];
  private readonly concurrencyMax: number;
  private readonly waitingMax: number;
  private running = 0;

  constructor(concurrencyMax: number, waitingMax: number) {
    this.concurrencyMax = concurrencyMax;
    this.waitingMax = waitingMax;
  }

  /** Rejects at once with a limit error when too many wait already. */
  async run<T>(task: () => T | Promise<T>): Promise<T> {
    if (this.running >= this.concurrencyMax) {
      if (this.waiting.length >= this.waitingMax) throw rpcErrors.limitExceeded('the node is busy: too many calls are waiting');
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    } else {
      this.running++;
    }
    try {
      return await task();
    } finally {
      // The place goes to the next in line without being given up in between.
      const next = this.waiting.shift();
      if (next === undefined) this.running--;
      else next();
    }
  }
}
