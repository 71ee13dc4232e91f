import {open, readFile, rename, stat} from 'node:fs/promises';
import {STATE_FILE_MAX_BYTES} from './limits.ts';

/** The JSON in the file; undefined when there is none. Throws when it cannot be read, is too long, or is not JSON. */
export async function readStateFile(path: string): Promise<unknown> {
  let text: string;
  try {
    const {size} = await stat(path);
    if (size > STATE_FILE_MAX_BYTES) throw new Error(`${path} has ${size} bytes, expected at most ${STATE_FILE_MAX_BYTES}`);
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return JSON.parse(text) as unknown;
}

/** Beside its place first: a crash leaves the old file or the new one, whole. */
export async function writeStateFile(path: string, value: unknown): Promise<void> {
  const temporary = `${path}.new`;
  const file = await open(temporary, 'w', 0o600);
  try {
    await file.writeFile(JSON.stringify(value, undefined, 1));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}
