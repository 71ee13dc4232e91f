/** A disk in memory that forgets what was not synced when it loses power, and that may lose power in the middle of anything. */
import {compareBytes} from '#proto';
import type {AtomicFile, KeyValueOp, KeyValueStore, LogStore} from '#consensus/engine';
import type {Random} from './scheduler.ts';

export class PowerLoss extends Error {
  override readonly name = 'PowerLoss';
}

/** Counts durable operations of one node and cuts the power before the one that was chosen. */
export class Power {
  private left = Infinity;

  cutAfter(operations: number): void {
    this.left = operations;
  }

  restore(): void {
    this.left = Infinity;
  }

  use(): void {
    if (this.left <= 0) throw new PowerLoss('power lost');
    this.left -= 1;
  }
}

export class MemoryLog implements LogStore {
  private readonly power: Power;
  private durable: Uint8Array[] = [];
  private pending: Uint8Array[] = [];
  private torn = 0;

  constructor(power: Power) {
    this.power = power;
  }

  append(record: Uint8Array): void {
    this.pending.push(record.slice());
  }

  sync(): void {
    this.power.use();
    this.durable.push(...this.pending);
    this.pending = [];
  }

  readAll(): {records: Uint8Array[]; tornBytes: number} {
    const tornBytes = this.torn;
    this.torn = 0;
    return {records: [...this.durable], tornBytes};
  }

  rotate(): void {
    this.sync();
  }

  close(): void {}

  /** Some of what was not synced may be there, in order, the last of it torn. */
  crash(random: Random): void {
    const survivors = random.below(this.pending.length + 1);
    this.durable.push(...this.pending.slice(0, survivors));
    this.torn = this.pending[survivors]?.length ?? 0;
    this.pending = [];
  }
}

export class MemoryFile implements AtomicFile {
  private readonly power: Power;
  private content: Uint8Array | undefined;

  constructor(power: Power) {
    this.power = power;
  }

  read(): Uint8Array | undefined {
    return this.content;
  }

  writeSync(bytes: Uint8Array): void {
    this.power.use();
    this.content = bytes.slice();
  }
}

export class MemoryStore implements KeyValueStore {
  private readonly power: Power;
  private entries = new Map<string, Uint8Array>();
  private unsynced: (readonly KeyValueOp[])[] = [];
  private synced = new Map<string, Uint8Array>();

  constructor(power: Power) {
    this.power = power;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.entries.get(text(key));
  }

  async write(ops: readonly KeyValueOp[], {sync}: {sync: boolean}): Promise<void> {
    this.power.use();
    applyOps(this.entries, ops);
    this.unsynced.push(ops);
    if (!sync) return;
    for (const batch of this.unsynced) applyOps(this.synced, batch);
    this.unsynced = [];
  }

  async *range(
    gte: Uint8Array,
    lt: Uint8Array,
    options: {reverse?: boolean; limit?: number} = {},
  ): AsyncIterable<readonly [Uint8Array, Uint8Array]> {
    const found = [...this.entries]
      .map(([key, value]) => [Buffer.from(key, 'latin1'), value] as const)
      .filter(([key]) => compareBytes(key, gte) >= 0 && compareBytes(key, lt) < 0)
      .sort(([a], [b]) => compareBytes(a, b));
    if (options.reverse === true) found.reverse();
    yield* found.slice(0, options.limit);
  }

  async close(): Promise<void> {}

  crash(random: Random): void {
    for (const batch of this.unsynced.slice(0, random.below(this.unsynced.length + 1))) applyOps(this.synced, batch);
    this.unsynced = [];
    this.entries = new Map(this.synced);
  }
}

function applyOps(entries: Map<string, Uint8Array>, ops: readonly KeyValueOp[]): void {
  for (const op of ops) {
    if (op.type === 'put') entries.set(text(op.key), op.value.slice());
    else entries.delete(text(op.key));
  }
}

function text(key: Uint8Array): string {
  return Buffer.from(key).toString('latin1');
}
