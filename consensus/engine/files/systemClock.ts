/** The machine's clock and timers. */
import type {Timestamp} from '#proto';
import type {Clock} from '../ports.ts';

export class SystemClock implements Clock {
  /** Wall time in steps of a millisecond. */
  now(): Timestamp {
    const milliseconds = Date.now();
    const seconds = Math.floor(milliseconds / 1000);
    return {seconds: BigInt(seconds), nanos: (milliseconds - seconds * 1000) * 1_000_000};
  }

  setTimer(delayMs: number, fn: () => void): () => void {
    if (delayMs <= 0) {
      const immediate = setImmediate(fn);
      return () => clearImmediate(immediate);
    }
    const timer = setTimeout(fn, delayMs);
    return () => clearTimeout(timer);
  }
}
