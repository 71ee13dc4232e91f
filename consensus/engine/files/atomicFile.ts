/** One small file, replaced as a whole: a reader sees the old bytes or the new ones, also after a power cut. */
import {closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync} from 'node:fs';
import {open, rename} from 'node:fs/promises';
import {dirname} from 'node:path';
import type {AtomicFile} from '../ports.ts';

export class FsAtomicFile implements AtomicFile {
  private readonly path: string;
  private readonly mode: number;

  constructor(path: string, options: {readonly mode?: number} = {}) {
    this.path = path;
    this.mode = options.mode ?? 0o600;
  }

  /** undefined when there is no such file; other errors of the file system are thrown. */
  read(): Uint8Array | undefined {
    try {
      return new Uint8Array(readFileSync(this.path));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  writeSync(bytes: Uint8Array): void {
    const temporary = `${this.path}.tmp`;
    const file = openSync(temporary, 'w', this.mode);
    try {
      for (let offset = 0; offset < bytes.length; ) offset += writeSync(file, bytes, offset);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, this.path);
    syncFolder(dirname(this.path));
  }

  async write(bytes: Uint8Array): Promise<void> {
    const temporary = `${this.path}.tmp`;
    const file = await open(temporary, 'w', this.mode);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, this.path);
    const folder = await open(dirname(this.path), 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }
}

/** Makes names in a folder durable: a renamed or new file is lost in a power cut until its folder is synced. */
export function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
