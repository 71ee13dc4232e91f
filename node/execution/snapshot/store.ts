/**
 * Snapshots in a folder of the home: `<height>/chunk-<index>` and `<height>/manifest` (height, and the hash of each chunk). A snapshot
 * is written beside its place and renamed when it is whole and on disk, so a crash leaves the old ones and never half of one.
 */
import {mkdir, open, readdir, readFile, rename, rm} from 'node:fs/promises';
import {join} from 'node:path';
import type {Snapshot} from '#consensus/engine';
import {concatBytes} from '../hex.ts';
import {readUint64, uint64} from '../keys.ts';
import {SNAPSHOT_CHUNK_BYTES, SNAPSHOT_CHUNKS_MAX} from '../limits.ts';
import {describeSnapshot, sha256, SnapshotError} from './format.ts';

const MANIFEST = 'manifest';
const UNFINISHED = 'unfinished-';

export class SnapshotStore {
  readonly #folder: string;
  #snapshots: Snapshot[] = [];

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Removes what a crash left unfinished. */
  static async open(folder: string): Promise<SnapshotStore> {
    const store = new SnapshotStore(folder);
    await mkdir(folder, {recursive: true, mode: 0o700});
    for (const name of await readdir(folder)) {
      if (name.startsWith(UNFINISHED)) await rm(join(folder, name), {recursive: true, force: true});
      else if (/^[1-9]\d{0,18}$/.test(name)) store.#snapshots.push(await readManifest(join(folder, name, MANIFEST), BigInt(name)));
    }
    store.#snapshots.sort((a, b) => (a.height < b.height ? 1 : -1));
    return store;
  }

  /** Highest first. */
  list(): readonly Snapshot[] {
    return this.#snapshots;
  }

  async loadChunk(height: bigint, format: number, index: number): Promise<Uint8Array | undefined> {
    const snapshot = this.#snapshots.find((each) => each.height === height && each.format === format);
    if (snapshot === undefined || !Number.isInteger(index) || index < 0 || index >= snapshot.chunks) return undefined;
    try {
      return new Uint8Array(await readFile(join(this.#folder, height.toString(), chunkName(index))));
    } catch (error) {
      // Pruned between the list and the read.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** @throws SnapshotError when the state is too large; whatever `chunks` throws. Nothing is left of it then. */
  async write(height: bigint, chunks: AsyncIterable<Uint8Array>, signal: {readonly aborted: boolean}): Promise<Snapshot> {
    const folder = join(this.#folder, `${UNFINISHED}${height}`);
    await rm(folder, {recursive: true, force: true});
    await mkdir(folder, {mode: 0o700});
    try {
      const hashes: Uint8Array[] = [];
      for await (const chunk of chunks) {
        if (signal.aborted) throw new SnapshotError('the snapshot was given up: the node stops');
        if (hashes.length === SNAPSHOT_CHUNKS_MAX) {
          throw new SnapshotError(`the state is larger than ${SNAPSHOT_CHUNKS_MAX} chunks of ${SNAPSHOT_CHUNK_BYTES} bytes`);
        }
        await writeDurably(join(folder, chunkName(hashes.length)), chunk);
        hashes.push(sha256(chunk));
      }
      const snapshot = describeSnapshot(height, hashes);
      await writeDurably(join(folder, MANIFEST), concatBytes(uint64(height), snapshot.metadata));
      await syncFolder(folder);
      const place = join(this.#folder, height.toString());
      await rm(place, {recursive: true, force: true});
      await rename(folder, place);
      await syncFolder(this.#folder);
      this.#snapshots = [snapshot, ...this.#snapshots.filter((each) => each.height !== height)].sort((a, b) => (a.height < b.height ? 1 : -1));
      return snapshot;
    } catch (error) {
      await rm(folder, {recursive: true, force: true});
      throw error;
    }
  }

  async prune(keepRecent: number): Promise<void> {
    const dropped = this.#snapshots.slice(keepRecent);
    this.#snapshots = this.#snapshots.slice(0, keepRecent);
    for (const {height} of dropped) {
      // The rename first: half a snapshot must not be found at the next start.
      const folder = join(this.#folder, `${UNFINISHED}${height}`);
      await rename(join(this.#folder, height.toString()), folder);
      await rm(folder, {recursive: true, force: true});
    }
  }
}

function chunkName(index: number): string {
  return `chunk-${index}`;
}

async function readManifest(path: string, height: bigint): Promise<Snapshot> {
  const bytes = new Uint8Array(await readFile(path));
  const hashes: Uint8Array[] = [];
  for (let offset = 8; offset < bytes.length; offset += 32) hashes.push(bytes.subarray(offset, offset + 32));
  if (bytes.length < 40 || bytes.length % 32 !== 8 || readUint64(bytes) !== height) {
    throw new Error(`${path} is damaged: remove the folder of this snapshot`);
  }
  return describeSnapshot(height, hashes);
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'w', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
