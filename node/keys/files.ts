/** Key files: bounded, 0600, written whole or not at all. */
import {chmodSync, existsSync, mkdirSync, readFileSync, statSync} from 'node:fs';
import {dirname} from 'node:path';
import {FsAtomicFile} from '#consensus/engine';
import {KeyError} from './errors.ts';
import {KEY_FILE_BYTES_MAX} from './limits.ts';

const PERMISSIONS_OF_OTHERS = 0o077;

/** Text of a key file; undefined when there is none. One that others may read is closed to them, as node_key.json is. */
export function readKeyFile(path: string): string | undefined {
  let stat;
  try {
    stat = statSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new KeyError('MALFORMED', `cannot read ${path}: ${(error as Error).message}`);
  }
  if (!stat.isFile()) throw new KeyError('MALFORMED', `${path} is not a file`);
  if (stat.size > KEY_FILE_BYTES_MAX) throw new KeyError('MALFORMED', `${path} has ${stat.size} bytes; a key file has at most ${KEY_FILE_BYTES_MAX}`);
  if ((stat.mode & PERMISSIONS_OF_OTHERS) !== 0) {
    try {
      chmodSync(path, 0o600);
    } catch (error) {
      throw new KeyError('MALFORMED', `others may read ${path}, and its mode cannot be set to 0600: ${(error as Error).message}`);
    }
  }
  return readFileSync(path, 'utf8');
}

/** Replaces the file atomically and durably, mode 0600. @throws KeyError EXISTS when it is there and `isNew`. */
export function writeKeyFile(path: string, text: string, options: {readonly isNew: boolean}): void {
  if (options.isNew && existsSync(path)) throw new KeyError('EXISTS', `${path} exists; move it away first`);
  mkdirSync(dirname(path), {recursive: true, mode: 0o700});
  new FsAtomicFile(path).writeSync(new TextEncoder().encode(text));
}

/** @throws KeyError MALFORMED */
export function parseKeyJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new KeyError('MALFORMED', `${path} is not JSON`);
  }
}
