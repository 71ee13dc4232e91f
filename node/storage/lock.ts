import {closeSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync} from 'node:fs';
import {join} from 'node:path';
import {LOCK_ATTEMPTS_MAX, LOCK_FILE_BYTES_MAX} from './limits.ts';
import {StorageError} from './errors.ts';

export const LOCK_FILE_NAME = 'LOCK';

interface Owner {
  readonly pid: number;
  /** When the process started (field 22 of /proc/PID/stat), so that a reused pid is not mistaken for the owner. Empty where unknown. */
  readonly started: string;
}

/**
 * Takes the home folder for this process; returns the function that gives it back. A second process is refused with StorageError
 * `home-locked`, which names the pid. A lock whose process is gone (a crash, kill -9) is taken over.
 *
 * The file appears with its content in one step (link of a finished temporary file), so a crash cannot leave a lock without an owner.
 */
export function lockHome(home: string): () => void {
  mkdirSync(home, {recursive: true});
  const path = join(home, LOCK_FILE_NAME);
  const self: Owner = {pid: process.pid, started: startOf(process.pid)};
  const temporary = `${path}.${process.pid}`;
  writeDurably(temporary, JSON.stringify(self));
  try {
    for (let attempt = 0; attempt < LOCK_ATTEMPTS_MAX; attempt++) {
      if (tryLink(temporary, path)) return () => release(path, self);
      const owner = readOwner(path);
      if (owner !== undefined && isAlive(owner)) {
        throw new StorageError('home-locked', `${home} is in use by the process with pid ${owner.pid}; stop it or choose another home folder`);
      }
      // Moved aside under our own name first: of two processes that see the same stale lock only one moves it.
      const stale = `${path}.stale.${process.pid}`;
      try {
        renameSync(path, stale);
      } catch (error) {
        if (codeOf(error) === 'ENOENT') continue;
        throw error;
      }
      const moved = readOwner(stale);
      if (moved !== undefined && isAlive(moved)) {
        // Another process took it over between our look and our move: give it back.
        tryLink(stale, path);
        rmSync(stale, {force: true});
        continue;
      }
      rmSync(stale, {force: true});
    }
  } finally {
    rmSync(temporary, {force: true});
  }
  throw new StorageError('home-locked', `${home} is being taken by other processes at the same time`);
}

function release(path: string, self: Owner): void {
  const owner = readOwner(path);
  if (owner?.pid === self.pid && owner.started === self.started) rmSync(path, {force: true});
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

function readOwner(path: string): Owner | undefined {
  try {
    if (statSync(path).size > LOCK_FILE_BYTES_MAX) return undefined;
    const parsed: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof parsed !== 'object' || parsed === null) return undefined;
    const {pid, started} = parsed as {pid?: unknown; started?: unknown};
    if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid <= 0) return undefined;
    return {pid, started: typeof started === 'string' ? started : ''};
  } catch {
    return undefined;
  }
}

function isAlive(owner: Owner): boolean {
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    // EPERM: it exists and belongs to another user.
    if (codeOf(error) !== 'EPERM') return false;
  }
  const started = startOf(owner.pid);
  return started === '' || owner.started === '' || started === owner.started;
}

function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the command in brackets and may itself hold spaces and brackets.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function writeDurably(path: string, text: string): void {
  rmSync(path, {force: true});
  const file = openSync(path, 'wx', 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as {code?: string}).code;
}
