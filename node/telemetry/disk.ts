/** How much the node has written, and how much it still may. */
import {readdir, stat, statfs} from 'node:fs/promises';
import {basename, join} from 'node:path';
import type {NodeMetrics} from './metrics.ts';

export interface DiskSamplerOptions {
  /** The folder whose disk must not fill up. */
  readonly data: string;
  /** Folders in it, each a value of the label `store`. One that does not exist has no bytes. */
  readonly stores: readonly string[];
  /** Returns a cancel function. */
  readonly setTimer: (delayMs: number, fn: () => void) => () => void;
}

/** A database of 100 GB is 50,000 files: looking at all of them takes seconds of the system's time, though none of the node's. */
const SAMPLE_INTERVAL_MS = 5 * 60_000;

/** Looks now and then, one file after the other, so that nothing else waits. */
export class DiskSampler {
  readonly #options: DiskSamplerOptions;
  readonly #metrics: Pick<NodeMetrics, 'storageBytes' | 'storageFreeBytes'>;
  #cancel: (() => void) | undefined;
  #isStopped = false;

  constructor(options: DiskSamplerOptions, metrics: Pick<NodeMetrics, 'storageBytes' | 'storageFreeBytes'>) {
    this.#options = options;
    this.#metrics = metrics;
  }

  start(): void {
    void this.sample().then(() => {
      if (!this.#isStopped) this.#cancel = this.#options.setTimer(SAMPLE_INTERVAL_MS, () => this.start());
    });
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel?.();
  }

  /** Never rejects: what cannot be read keeps its last value. */
  async sample(): Promise<void> {
    const {data, stores} = this.#options;
    for (const folder of stores) {
      const bytes = await this.#bytesOf(folder).catch(() => undefined);
      if (bytes !== undefined) this.#metrics.storageBytes.set({store: basename(folder)}, bytes);
    }
    const disk = await statfs(data).catch(() => undefined);
    if (disk !== undefined) this.#metrics.storageFreeBytes.set(disk.bavail * disk.bsize);
  }

  async #bytesOf(folder: string): Promise<number> {
    let bytes = 0;
    for (const entry of await readdir(folder, {withFileTypes: true, recursive: true}).catch(() => [])) {
      if (this.#isStopped) break;
      // A file may be gone by now: databases merge theirs.
      if (entry.isFile()) bytes += await stat(join(entry.parentPath, entry.name)).then(({size}) => size, () => 0);
    }
    return bytes;
  }
}
