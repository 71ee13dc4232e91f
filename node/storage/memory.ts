import type {KeyValueOp, KeyValueStore} from '#consensus/engine';

/** The in-memory twin of `openLevel`, with the same order of keys. A write is visible when it resolves, all of it at once. */
export function memoryStore(): KeyValueStore {
  return new MemoryStore();
}

class MemoryStore implements KeyValueStore {
  readonly #entries = new Map<string, Uint8Array>();
  #sortedKeys: string[] | undefined;

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#entries.get(toText(key));
  }

  async write(ops: readonly KeyValueOp[]): Promise<void> {
    for (const op of ops) {
      const key = toText(op.key);
      if (op.type === 'put') {
        if (!this.#entries.has(key)) this.#sortedKeys = undefined;
        // A copy: the caller may reuse its buffer, as it may with LevelDB.
        this.#entries.set(key, op.value.slice());
      } else if (this.#entries.delete(key)) {
        this.#sortedKeys = undefined;
      }
    }
  }

  async *range(gte: Uint8Array, lt: Uint8Array, options: {reverse?: boolean; limit?: number} = {}): AsyncIterable<readonly [Uint8Array, Uint8Array]> {
    const keys = (this.#sortedKeys ??= [...this.#entries.keys()].sort());
    let selected = keys.slice(lowerBound(keys, toText(gte)), lowerBound(keys, toText(lt)));
    if (options.reverse === true) selected.reverse();
    if (options.limit !== undefined && options.limit >= 0) selected = selected.slice(0, options.limit);
    // As LevelDB's iterators: what is written from now on is not seen.
    const entries = selected.map((key) => [key, this.#entries.get(key)!] as const);
    for (const [key, value] of entries) yield [new Uint8Array(Buffer.from(key, 'latin1')), value];
  }

  async close(): Promise<void> {}
}

/** One character per byte, so that strings compare as the bytes do. */
function toText(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.length).toString('latin1');
}

function lowerBound(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (keys[middle]! < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
