import {Level} from 'level';
import type {KeyValueOp, KeyValueStore} from '#consensus/engine';
import {LEVEL_BLOCK_CACHE_BYTES, LEVEL_RANGE_BATCH, LEVEL_WRITE_BUFFER_BYTES} from './limits.ts';
import {StorageError} from './errors.ts';

type Bytes = Uint8Array;

/**
 * Opens (or makes) the LevelDB at `path`. Reads are synchronous; a write is one atomic batch, on disk before it resolves when `sync`.
 * Throws StorageError `database-locked` when another process has it open and `database-corrupt` when LevelDB says so.
 */
export async function openLevel(path: string): Promise<KeyValueStore> {
  const db = new Level<Bytes, Bytes>(path, {
    keyEncoding: 'view',
    valueEncoding: 'view',
    cacheSize: LEVEL_BLOCK_CACHE_BYTES,
    writeBufferSize: LEVEL_WRITE_BUFFER_BYTES,
  });
  try {
    await db.open();
  } catch (error) {
    throw openError(path, error);
  }
  return new LevelStore(db);
}

class LevelStore implements KeyValueStore {
  readonly #db: Level<Bytes, Bytes>;

  constructor(db: Level<Bytes, Bytes>) {
    this.#db = db;
  }

  get(key: Bytes): Bytes | undefined {
    return this.#db.getSync(key);
  }

  async write(ops: readonly KeyValueOp[], options: {sync: boolean}): Promise<void> {
    // A chained batch hands each entry over as it is; the batch of an array copies every one several times first, which takes longer
    // than all else that a write does on this thread.
    const batch = this.#db.batch();
    try {
      for (const op of ops) {
        if (op.type === 'put') batch.put(op.key, op.value);
        else batch.del(op.key);
      }
    } catch (error) {
      await batch.close();
      throw error;
    }
    await batch.write({sync: options.sync});
  }

  async *range(gte: Bytes, lt: Bytes, options: {reverse?: boolean; limit?: number} = {}): AsyncIterable<readonly [Bytes, Bytes]> {
    const iterator = this.#db.iterator({gte, lt, reverse: options.reverse ?? false, limit: options.limit ?? -1});
    try {
      for (;;) {
        const entries = await iterator.nextv(LEVEL_RANGE_BATCH);
        if (entries.length === 0) return;
        yield* entries;
      }
    } finally {
      await iterator.close();
    }
  }

  async close(): Promise<void> {
    await this.#db.close();
  }
}

function openError(path: string, error: unknown): StorageError {
  const cause = (error as {cause?: {code?: string; message?: string}}).cause;
  if (cause?.code === 'LEVEL_LOCKED') return new StorageError('database-locked', `${path} is open in another process`);
  if (cause?.code === 'LEVEL_CORRUPTION') return new StorageError('database-corrupt', `${path}: ${cause.message ?? 'corrupt'}`);
  return new StorageError('database-unavailable', `${path}: ${cause?.message ?? String(error)}`);
}
