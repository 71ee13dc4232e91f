/** Virtual time: one event after the other, microtasks drained in between, randomness from one seed. A seed replays identically. */
import {timestampFromNanos, type Timestamp} from '#proto';
import type {Clock} from '#consensus/engine';

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
      event.run();
      await drainMicrotasks();
    }
  }

  clock(skewMs: number, isAlive: () => boolean): Clock {
    return {
      now: (): Timestamp => timestampFromNanos(GENESIS_NANOS + BigInt(Math.round((this.now + skewMs) * 1000)) * 1000n),
      setTimer: (delayMs, fn) =>
        this.after(delayMs, () => {
          if (isAlive()) fn();
        }),
    };
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
