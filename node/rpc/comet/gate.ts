/** Lets so many expensive calls run at once and so many more wait, in order. */
import {internalError} from './errors.ts';

export class Gate {
  readonly #runningMax: number;
  readonly #waitingMax: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(runningMax: number, waitingMax: number) {
    this.#runningMax = runningMax;
    this.#waitingMax = waitingMax;
  }

  /** Rejects at once with 503 when too many wait already. */
  async run<T>(task: () => T | Promise<T>): Promise<T> {
    if (this.#running < this.#runningMax) this.#running++;
    else if (this.#waiting.length >= this.#waitingMax) throw internalError('the node is busy: too many expensive calls are waiting', 503);
    else await new Promise<void>((resume) => this.#waiting.push(resume));
    try {
      return await task();
    } finally {
      // The place goes to the next in line without being given up in between.
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }
}
