/** Virtual time: one event after the other, microtasks drained in between, randomness from one seed. A seed replays identically. */
import {timestampFromNanos, type Timestamp} from '#proto';
import type {Clock} from '#consensus/engine';
import {constantSkew, skewedMs, type ClockFaults} from './clockFaults.ts';

/** sfc32 (Doty-Humphrey): small, fast, good enough for fault schedules. */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  constructor(seed: number) {
    this.a = 0x9e3779b9 ^ seed;
    this.b = 0x243f6a88 + seed;
    this.c = 0xb7e15162 ^ (seed << 7);
    for (let i = 0; i < 16; i++) this.uint32();
  }

  uint32(): number {
    const t = (this.a + this.b + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (this.c << 21) | (this.c >>> 11);
    this.c = (this.c + t) | 0;
    return t >>> 0;
  }

  /** In [0, 1). */
  unit(): number {
    return this.uint32() / 0x1_0000_0000;
  }

  /** In [0, bound). */
  below(bound: number): number {
    return Math.floor(this.unit() * bound);
  }

  between(low: number, high: number): number {
    return low + this.unit() * (high - low);
  }

  chance(probability: number): boolean {
    return this.unit() < probability;
  }

  /** One of them. @throws RangeError when there is none. */
  pick<T>(from: readonly T[]): T {
    const picked = from[this.below(from.length)];
    if (picked === undefined) throw new RangeError('nothing to pick from');
    return picked;
  }

  /** The same elements in a random order (Fisher-Yates; a random comparison would lean on how sort is made). */
  shuffle<T>(from: readonly T[]): T[] {
    const shuffled = [...from];
    for (let i = shuffled.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [shuffled[i], shuffled[j]] = [shuffled[j]!, shuffled[i]!];
    }
    return shuffled;
  }
}

interface Event {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
  cancelled: boolean;
}

const GENESIS_NANOS = 1_700_000_000_000_000_000n;

export class Scheduler {
  /** Milliseconds since the genesis of the simulation. */
  now = 0;
  readonly random: Random;
  private readonly heap: Event[] = [];
  private order = 0;

  constructor(seed: number) {
    this.random = new Random(seed);
  }

  /** Returns a cancel function. */
  after(delayMs: number, run: () => void): () => void {
    const event: Event = {at: this.now + Math.max(0, delayMs), order: this.order++, run, cancelled: false};
    this.push(event);
    return () => {
      event.cancelled = true;
    };
  }

  /** Events handled. */
  handled = 0;

  /** Runs until `done` holds or virtual time reaches `untilMs`; tells which. */
  async run(untilMs: number, done: () => boolean = () => false): Promise<boolean> {
    for (;;) {
      if (done()) return true;
      const event = this.heap[0];
      if (event === undefined || event.at > untilMs) {
        this.now = untilMs;
        return false;
      }
      this.pop();
      if (event.cancelled) continue;
      this.now = event.at;
      this.handled += 1;
      event.run();
      await drainMicrotasks();
    }
  }

  /** @param skew in milliseconds when it is always the same. */
  clock(skew: ClockFaults | number, isAlive: () => boolean): Clock {
    const faults = typeof skew === 'number' ? constantSkew(skew) : skew;
    return {
      now: (): Timestamp => timestampFromNanos(GENESIS_NANOS + BigInt(Math.round(skewedMs(this.now, faults) * 1000)) * 1000n),
      setTimer: (delayMs, fn) =>
        this.after(delayMs / (1 + faults.drift), () => {
          if (isAlive()) fn();
        }),
    };
  }

  /** Never resolves when `isAlive` does not hold any more by then: a process that is gone does not go on. */
  sleep(delayMs: number, isAlive: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.after(delayMs, () => {
        if (isAlive()) resolve();
      });
    });
  }

  private push(event: Event): void {
    const {heap} = this;
    let index = heap.push(event) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBefore(heap[index]!, heap[parent]!)) break;
      [heap[index], heap[parent]] = [heap[parent]!, heap[index]!];
      index = parent;
    }
  }

  private pop(): void {
    const {heap} = this;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    heap[0] = last;
    for (let index = 0; ; ) {
      let smallest = index;
      for (const child of [2 * index + 1, 2 * index + 2]) {
        if (child < heap.length && isBefore(heap[child]!, heap[smallest]!)) smallest = child;
      }
      if (smallest === index) return;
      [heap[index], heap[smallest]] = [heap[smallest]!, heap[index]!];
      index = smallest;
    }
  }
}

function isBefore(a: Event, b: Event): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

export const GENESIS_TIME = timestampFromNanos(GENESIS_NANOS);

/** Nothing in the simulation waits for real I/O, so one turn of the real event loop settles every promise. */
function drainMicrotasks(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
