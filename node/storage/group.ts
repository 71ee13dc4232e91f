/**
 * Writes of several databases held in memory, to be written as one batch each: what a node that takes over the blocks of others saves
 * a disk the most. Held writes are readable at once, and none of them is on disk before all of those before them are.
 */
import type {KeyValueOp, KeyValueStore, WriteGroup} from '#consensus/engine';

export interface GroupMember {
  /** From now on writes are held, whatever durability they ask for. */
  hold(): void;
  /** From now on they are not; what is held is still to be sealed. */
  release(): void;
  /** What is held becomes one batch, and what comes after it another. */
  seal(): SealedBatch;
  /** Bytes of keys and values that are held and not sealed. */
  readonly heldBytes: number;
}

export interface SealedBatch {
  /** Durably. */
  write(): Promise<void>;
  /** It will not be written, because what comes before it could not be: all that waits for it fails. */
  abandon(error: unknown): void;
}

export class StoreGroup implements WriteGroup {
  readonly #members: GroupMember[] = [];
  #isOpen = false;
  #written: Promise<void> = Promise.resolve();

  /** Members are written in the order in which they joined: what another one rests on joins before it. */
  add<T extends GroupMember>(member: T): T {
    if (this.#isOpen) member.hold();
    this.#members.push(member);
    return member;
  }

  get heldBytes(): number {
    return this.#members.reduce((sum, member) => sum + member.heldBytes, 0);
  }

  open(): void {
    this.#isOpen = true;
    for (const member of this.#members) member.hold();
  }

  flush(): Promise<void> {
    const batches = this.#members.map((member) => member.seal());
    const written = this.#written.then(async () => {
      for (const batch of batches) await batch.write();
    });
    // Nothing is written after a failure either: the databases would part.
    this.#written = written;
    written.catch((error: unknown) => batches.forEach((batch) => batch.abandon(error)));
    return written;
  }

  close(): Promise<void> {
    this.#isOpen = false;
    for (const member of this.#members) member.release();
    return this.flush();
  }
}

interface Batch {
  readonly ops: Map<string, KeyValueOp>;
  readonly written: Promise<void>;
  /** Takes the write that `written` stands for. */
  readonly settle: (write: Promise<void>) => void;
}

/** A database that can hold its writes. */
export class GroupedStore implements KeyValueStore, GroupMember {
  readonly #db: KeyValueStore;
  #held = newBatch();
  #heldBytes = 0;
  #isHolding = false;
  /** Being written, oldest first. */
  readonly #sealed: Batch[] = [];

  constructor(db: KeyValueStore) {
    this.#db = db;
  }

  hold(): void {
    this.#isHolding = true;
  }

  release(): void {
    this.#isHolding = false;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  seal(): SealedBatch {
    const batch = this.#held;
    if (batch.ops.size === 0) return {write: () => Promise.resolve(), abandon: () => undefined};
    this.#held = newBatch();
    this.#heldBytes = 0;
    this.#sealed.push(batch);
    return {
      write: () => this.#write(batch),
      abandon: (error) => {
        const failed = Promise.reject(error as Error);
        failed.catch(() => undefined);
        batch.settle(failed);
      },
    };
  }

  /** When it fails, all that waits for it does. */
  async #write(batch: Batch): Promise<void> {
    batch.settle(this.#db.write([...batch.ops.values()], {sync: true}));
    await batch.written;
    this.#sealed.splice(this.#sealed.indexOf(batch), 1);
  }

  get(key: Uint8Array): Uint8Array | undefined {
    if (this.#held.ops.size === 0 && this.#sealed.length === 0) return this.#db.get(key);
    const id = idOf(key);
    const op = this.#held.ops.get(id) ?? this.#sealed.findLast(({ops}) => ops.has(id))?.ops.get(id);
    if (op === undefined) return this.#db.get(key);
    return op.type === 'put' ? op.value : undefined;
  }

  async write(ops: readonly KeyValueOp[], options: {sync: boolean}): Promise<void> {
    if (this.#isHolding) {
      for (const op of ops) {
        this.#held.ops.set(idOf(op.key), op);
        this.#heldBytes += op.key.length + (op.type === 'put' ? op.value.length : 0);
      }
      return;
    }
    // What was sealed comes first.
    await this.#sealed.at(-1)?.written;
    await this.#db.write(ops, options);
  }

  async *range(gte: Uint8Array, lt: Uint8Array, options: {reverse?: boolean; limit?: number} = {}): AsyncIterable<readonly [Uint8Array, Uint8Array]> {
    const changed = this.#changesIn(gte, lt);
    if (changed.size === 0) return yield* this.#db.range(gte, lt, options);
    const {reverse = false, limit = -1} = options;
    const sign = reverse ? -1 : 1;
    const waiting = [...changed.values()].sort((a, b) => sign * Buffer.compare(a.key, b.key));
    let count = 0;
    let next = 0;
    for await (const entry of this.#db.range(gte, lt, {reverse})) {
      for (; next < waiting.length && sign * Buffer.compare(waiting[next]!.key, entry[0]) < 0; next++) {
        const op = waiting[next]!;
        if (op.type === 'del') continue;
        if (count++ === limit) return;
        yield [op.key, op.value];
      }
      if (changed.has(idOf(entry[0]))) continue;
      if (count++ === limit) return;
      yield entry;
    }
    for (const op of waiting.slice(next)) {
      if (op.type === 'del') continue;
      if (count++ === limit) return;
      yield [op.key, op.value];
    }
  }

  #changesIn(gte: Uint8Array, lt: Uint8Array): Map<string, KeyValueOp> {
    const changed = new Map<string, KeyValueOp>();
    const [low, high] = [idOf(gte), idOf(lt)];
    for (const {ops} of [...this.#sealed, this.#held]) for (const [id, op] of ops) if (low <= id && id < high) changed.set(id, op);
    return changed;
  }

  async close(): Promise<void> {
    await this.#db.close();
  }
}

function newBatch(): Batch {
  let settle: Batch['settle'] = () => undefined;
  const written = new Promise<void>((resolve) => (settle = resolve));
  // Whoever waits for it hears of a failure; it may be nobody.
  written.catch(() => undefined);
  return {ops: new Map(), written, settle};
}

/** One character per byte, so that strings compare as the bytes do. */
function idOf(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.length).toString('latin1');
}
