/** A disk in memory that forgets what was not synced when it loses power, and that may lose power in the middle of anything. */
import {compareBytes, concatBytes} from '#proto';
import type {AtomicFile, KeyValueOp, KeyValueStore, LogContents, LogDamage, LogStore} from '#consensus/engine';
import {frameRecord, parseSegment} from '../../../consensus/engine/files/records.ts';
import type {Random} from './scheduler.ts';
import {logWrite, signerWrite, storeWrite} from './writes.ts';

export class PowerLoss extends Error {
  override readonly name = 'PowerLoss';
}

/** A durable write, by the name of what it writes (`writes.ts`), the n-th of that name from now. */
export interface KillPoint {
  readonly write: string;
  readonly nth: number;
  readonly when: 'before' | 'after';
}

/** Counts durable operations of one node and cuts the power before the one that was chosen, or around one of a name. */
export class Power {
  private left = Infinity;
  private point: {readonly at: KillPoint; count: number} | undefined;
  /** Told the name of every durable write. */
  onWrite: (write: string) => void = () => undefined;

  cutAfter(operations: number): void {
    this.left = operations;
  }

  cutAt(at: KillPoint): void {
    this.point = {at, count: 0};
  }

  /** Whether the kill point was come to. */
  get wasCut(): boolean {
    return this.left <= 0;
  }

  restore(): void {
    this.left = Infinity;
    this.point = undefined;
  }

  use(write: string, perform: () => void): void {
    if (this.left <= 0) throw new PowerLoss('power lost');
    this.left -= 1;
    const isHere = this.point?.at.write === write && ++this.point.count === this.point.at.nth;
    if (isHere && this.point?.at.when === 'before') this.cutNow();
    this.onWrite(write);
    perform();
    if (isHere) this.cutNow();
  }

  private cutNow(): never {
    this.left = 0;
    throw new PowerLoss('power lost');
  }
}

/** The bytes of a log file, framed and read back by the production code: a crash tears them at any byte, or fills the tail with zeros. */
export class MemoryLog implements LogStore {
  private readonly power: Power;
  private segments: Uint8Array[][] = [[]];
  private pending: Uint8Array[] = [];
  /** Told of every record once it is durable. */
  onDurable: (framed: Uint8Array) => void = () => undefined;

  constructor(power: Power) {
    this.power = power;
  }

  append(record: Uint8Array): void {
    this.pending.push(frameRecord(record));
  }

  sync(): void {
    this.power.use(logWrite(this.pending), () => {
      const durable = this.pending;
      this.pending = [];
      this.segments.at(-1)?.push(...durable);
      for (const framed of durable) this.onDurable(framed);
    });
  }

  readAll(): LogContents {
    const records: Uint8Array[] = [];
    const damage: LogDamage[] = [];
    let tornBytes = 0;
    this.segments = this.segments.map((chunks, index) => {
      const bytes = concatBytes(...chunks);
      const parsed = parseSegment(bytes, {mayBeTorn: index === this.segments.length - 1});
      for (const hole of parsed.damage) damage.push({afterRecord: records.length + hole.afterRecord, place: `segment ${index} at byte ${hole.offset}`, bytes: hole.bytes});
      for (const record of parsed.records) records.push(record);
      tornBytes += parsed.tornBytes;
      return [bytes.slice(0, bytes.length - parsed.tornBytes)];
    });
    return {records, tornBytes, damage, segmentBytes: concatBytes(...this.segments.at(-1)!).length};
  }

  rotate(kept: number): void {
    this.sync();
    this.segments = [...this.segments, []].slice(-Math.max(1, kept));
  }

  close(): void {}

  /** Some bytes of what was not synced may be there, the last record torn, or the length of the file without its content. */
  crash(random: Random): void {
    const lost = concatBytes(...this.pending);
    this.pending = [];
    const survived = lost.slice(0, random.below(lost.length + 1));
    if (random.chance(0.2)) survived.fill(0, random.below(survived.length + 1));
    this.segments.at(-1)?.push(survived);
    for (const record of parseSegment(survived, {mayBeTorn: true}).records) this.onDurable(frameRecord(record));
  }

  /** As if the log had been deleted. */
  wipe(): void {
    this.segments = [[]];
    this.pending = [];
  }
}

export class MemoryFile implements AtomicFile {
  private readonly power: Power;
  private content: Uint8Array | undefined;
  /** Waits as long as a slow disk takes. */
  pause: () => Promise<void> | undefined = () => undefined;

  constructor(power: Power) {
    this.power = power;
  }

  read(): Uint8Array | undefined {
    return this.content;
  }

  writeSync(bytes: Uint8Array): void {
    this.power.use(signerWrite(bytes), () => {
      this.content = bytes.slice();
    });
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.pause();
    this.writeSync(bytes);
  }
}

export class MemoryStore implements KeyValueStore {
  private readonly power: Power;
  private entries = new Map<string, Uint8Array>();
  private unsynced: (readonly KeyValueOp[])[] = [];
  private synced = new Map<string, Uint8Array>();
  /** Waits as long as a slow disk takes. */
  pause: () => Promise<void> | undefined = () => undefined;

  constructor(power: Power) {
    this.power = power;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.entries.get(text(key));
  }

  async write(ops: readonly KeyValueOp[], {sync}: {sync: boolean}): Promise<void> {
    const pause = this.pause();
    if (pause !== undefined) await pause;
    this.power.use(storeWrite(ops), () => {
      applyOps(this.entries, ops);
      this.unsynced.push(ops);
      if (!sync) return;
      for (const batch of this.unsynced) applyOps(this.synced, batch);
      this.unsynced = [];
    });
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

  /** As if the disk had been replaced. */
  wipe(): void {
    this.entries = new Map();
    this.synced = new Map();
    this.unsynced = [];
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
