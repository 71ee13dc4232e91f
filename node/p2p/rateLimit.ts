import {FLOOD_WINDOW_MS} from './limits.ts';

export interface RateLimit {
  readonly messagesPerSecond: number;
  readonly bytesPerSecond: number;
  /** A peer that was quiet may send this many seconds' worth at once. */
  readonly burstSeconds: number;
}

/**
 * What one peer may send on one channel: two token buckets, of messages and of bytes. What has arrived is always taken; the debt it
 * leaves is the time for which the stream is not read, so that flow control stops the sender.
 */
export class RateLimiter {
  readonly #limit: RateLimit;
  readonly #nowMs: () => number;
  #messages: number;
  #bytes: number;
  #updatedAtMs: number;
  #windowStartMs: number;
  #throttledMs = 0;

  constructor(limit: RateLimit, nowMs: () => number) {
    this.#limit = limit;
    this.#nowMs = nowMs;
    this.#messages = limit.messagesPerSecond * limit.burstSeconds;
    this.#bytes = limit.bytesPerSecond * limit.burstSeconds;
    this.#updatedAtMs = nowMs();
    this.#windowStartMs = this.#updatedAtMs;
  }

  take(bytes: number): void {
    this.#messages -= 1;
    this.#bytes -= bytes;
  }

  /** Milliseconds until the debt is paid off; 0 without one. */
  debtMs(): number {
    this.#refill();
    const {messagesPerSecond, bytesPerSecond} = this.#limit;
    return Math.ceil(1000 * Math.max(0, -this.#messages / messagesPerSecond, -this.#bytes / bytesPerSecond));
  }

  /** Adds to the time for which the stream was not read. True once per window of which more than half went so: the peer floods. */
  throttled(ms: number): boolean {
    const now = this.#nowMs();
    const elapsedMs = Math.max(0, now - this.#windowStartMs);
    if (elapsedMs < FLOOD_WINDOW_MS) {
      this.#throttledMs += ms;
      return false;
    }
    const floods = this.#throttledMs > elapsedMs / 2;
    this.#windowStartMs = now;
    this.#throttledMs = ms;
    return floods;
  }

  #refill(): void {
    const now = this.#nowMs();
    const seconds = Math.max(0, now - this.#updatedAtMs) / 1000;
    this.#updatedAtMs = now;
    const {messagesPerSecond, bytesPerSecond, burstSeconds} = this.#limit;
    this.#messages = Math.min(messagesPerSecond * burstSeconds, this.#messages + seconds * messagesPerSecond);
    this.#bytes = Math.min(bytesPerSecond * burstSeconds, this.#bytes + seconds * bytesPerSecond);
  }
}
