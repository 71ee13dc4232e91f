import {ChainError} from '../errors.ts';
import {TRACE_BYTES_MAX, TRACE_EVENTS_PER_CLOCK} from '../limits.ts';

/** What one request for traces may take: time per transaction, and bytes of its answer altogether. */
export class TraceBudget {
  readonly #now: () => number;
  readonly #bytesMax: number;
  #deadline = Infinity;
  #events = 0;
  #bytes = 0;

  constructor(now: () => number, bytesMax: number = TRACE_BYTES_MAX) {
    this.#now = now;
    this.#bytesMax = bytesMax;
  }

  /** A transaction begins. */
  start(timeoutMs: number): void {
    this.#deadline = this.#now() + timeoutMs;
    this.#events = 0;
    this.tick();
  }

  /** At every event of the execution; the clock is asked now and then. */
  tick(): void {
    if (this.#events++ % TRACE_EVENTS_PER_CLOCK === 0) this.check();
  }

  /** After a turn of other work, which a run without such events takes also. */
  check(): void {
    if (this.#now() >= this.#deadline) throw new ChainError('call-aborted', 'execution timeout');
  }

  /** `bytes` more will stand in the answer. */
  spend(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes <= this.#bytesMax) return;
    throw new ChainError('limit-exceeded', `the trace is larger than ${this.#bytesMax} bytes: leave out the stack, the memory or the storage, set a limit, or use a callTracer`);
  }
}
