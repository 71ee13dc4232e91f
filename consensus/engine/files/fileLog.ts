/**
 * The write-ahead log on disk: numbered segments of records (`records.ts`). What a crash left torn at the very end is cut off on
 * opening. Damage before intact records is no crash's doing: it is reported and left as it is, for the reader to judge.
 */
import {closeSync, constants, existsSync, fdatasyncSync, ftruncateSync, mkdirSync, openSync, readdirSync, readSync, statSync, unlinkSync, writevSync} from 'node:fs';
import {basename, join} from 'node:path';
import type {LogContents, LogDamage, LogStore} from '../ports.ts';
import {WAL_BUFFER_BYTES_MAX} from '../limits.ts';
import {syncFolder} from './atomicFile.ts';
import {frameRecord, parseSegment} from './records.ts';

const SEGMENT_NAME = /^(\d{10})\.wal$/;
/** A new segment begins empty, whatever an attempt that failed left under its name. */
const NEW_SEGMENT = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_TRUNC;

export interface BoundedLogContents extends LogContents {
  /** Bytes of segments that were not read, for there were more than asked for. */
  readonly skippedBytes: number;
}

export class FileLog implements LogStore {
  private readonly folder: string;
  private segment: number;
  /** undefined once closed: the system gives the number to the next file that anyone opens. */
  private file: number | undefined;
  private pending: Uint8Array[] = [];
  private pendingBytes = 0;
  private dirty = false;

  constructor(folder: string) {
    this.folder = folder;
    mkdirSync(folder, {recursive: true, mode: 0o700});
    this.segment = this.segments().at(-1) ?? 1;
    this.file = this.openNewest();
  }

  /** @throws Error when the log is closed, as all but `close` and `readAll` do. */
  append(record: Uint8Array): void {
    this.opened();
    const framed = frameRecord(record);
    this.pending.push(framed);
    this.pendingBytes += framed.length;
    if (this.pendingBytes > WAL_BUFFER_BYTES_MAX) this.flush();
  }

  sync(): void {
    this.flush();
    if (!this.dirty) return;
    fdatasyncSync(this.opened());
    this.dirty = false;
  }

  /** With `bytesMax`: of the newest segments, and of the oldest of these from its beginning. */
  readAll(bytesMax = Infinity): BoundedLogContents {
    this.sync();
    const {segments, skippedBytes} = this.newestWithin(bytesMax);
    const records: Uint8Array[] = [];
    const damage: LogDamage[] = [];
    let tornBytes = 0;
    let segmentBytes = 0;
    let previous: number | undefined;
    for (const {segment, size, length} of segments) {
      const name = basename(this.path(segment));
      if (previous !== undefined && segment !== previous + 1) damage.push({afterRecord: records.length, place: `what was before ${name}`, bytes: 0});
      previous = segment;
      const isCut = length < size;
      // `rotate` syncs a segment before the next one is begun: only the newest can be torn, or one that is not read to its end.
      const parsed = parseSegment(readBeginning(this.path(segment), length), {mayBeTorn: segment === this.segment || isCut});
      for (const {afterRecord, offset, bytes} of parsed.damage) {
        damage.push({afterRecord: records.length + afterRecord, place: `${name} at byte ${offset}`, bytes});
      }
      for (const record of parsed.records) records.push(record);
      segmentBytes = size;
      if (parsed.tornBytes === 0 || isCut) continue;
      tornBytes = parsed.tornBytes;
      segmentBytes = size - tornBytes;
      this.truncate(segmentBytes);
    }
    return {records, tornBytes, damage, segmentBytes, skippedBytes};
  }

  /** When the new segment cannot be begun, it throws and the log goes on in the old one. */
  rotate(kept: number): void {
    this.opened();
    this.sync();
    const file = this.openNext();
    try {
      syncFolder(this.folder);
    } catch (error) {
      this.abandonNext(file);
      throw error;
    }
    this.becomeNext(file);
    this.drop(kept);
    syncFolder(this.folder);
  }

  /**
   * Begins a segment with `records`, which stand for all that was appended until now; `kept` segments stay, with this one. Not synced:
   * the one before it is what a power cut leaves, so at least that should be kept. When `records` cannot be written, it throws
   * and the log goes on in the old segment, with what was appended and not flushed.
   */
  replace(records: Iterable<Uint8Array>, kept: number): void {
    this.opened();
    const file = this.openNext();
    try {
      writeRecords(file, records);
    } catch (error) {
      this.abandonNext(file);
      throw error;
    }
    this.pending = [];
    this.pendingBytes = 0;
    this.becomeNext(file);
    this.dirty = true;
    this.drop(kept);
  }

  /** A second time does nothing. The file is closed even when the last of it cannot be written. */
  close(): void {
    const {file} = this;
    if (file === undefined) return;
    try {
      this.sync();
    } finally {
      this.file = undefined;
      closeSync(file);
    }
  }

  /** Hands what was appended to the operating system: it survives the end of this process, not that of the machine. */
  flush(): void {
    if (this.pending.length === 0) return;
    const file = this.opened();
    const chunks = this.pending;
    this.pending = [];
    this.pendingBytes = 0;
    this.dirty = true;
    writeFully(file, chunks);
  }

  private segments(): number[] {
    return readdirSync(this.folder)
      .map((name) => SEGMENT_NAME.exec(name)?.[1])
      .filter((digits) => digits !== undefined)
      .map(Number)
      .sort((a, b) => a - b);
  }

  private path(segment: number): string {
    return join(this.folder, `${String(segment).padStart(10, '0')}.wal`);
  }

  private opened(): number {
    if (this.file === undefined) throw new Error(`the log in ${this.folder} is closed`);
    return this.file;
  }

  private openNewest(): number {
    const path = this.path(this.segment);
    const isNew = !existsSync(path);
    const file = openSync(path, 'a', 0o600);
    if (isNew) syncFolder(this.folder);
    return file;
  }

  /** The next segment, which is not the log's before `becomeNext`. */
  private openNext(): number {
    return openSync(this.path(this.segment + 1), NEW_SEGMENT, 0o600);
  }

  private becomeNext(file: number): void {
    const older = this.opened();
    this.file = file;
    this.segment += 1;
    closeSync(older);
  }

  /** An empty segment left behind would be taken for the newest, and the end of the true one no more for its end. */
  private abandonNext(file: number): void {
    closeSync(file);
    try {
      unlinkSync(this.path(this.segment + 1));
    } catch {
      // The error that made it useless is thrown; the next attempt begins it anew.
    }
  }

  private drop(kept: number): void {
    for (const segment of this.segments().slice(0, -Math.max(1, kept))) unlinkSync(this.path(segment));
  }

  private newestWithin(bytesMax: number): {segments: {segment: number; size: number; length: number}[]; skippedBytes: number} {
    let left = bytesMax;
    let skippedBytes = 0;
    const segments: {segment: number; size: number; length: number}[] = [];
    for (const segment of this.segments().reverse()) {
      const {size} = statSync(this.path(segment));
      const length = Math.min(size, left);
      left -= length;
      skippedBytes += size - length;
      if (length > 0 || size === 0) segments.unshift({segment, size, length});
    }
    return {segments, skippedBytes};
  }

  private truncate(length: number): void {
    const file = this.opened();
    ftruncateSync(file, length);
    fdatasyncSync(file);
  }
}

function readBeginning(path: string, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  const file = openSync(path, 'r');
  try {
    let offset = 0;
    for (let read = -1; offset < length && read !== 0; offset += read) read = readSync(file, bytes, offset, length - offset, offset);
    return bytes.subarray(0, offset);
  } finally {
    closeSync(file);
  }
}

function writeRecords(file: number, records: Iterable<Uint8Array>): void {
  let chunks: Uint8Array[] = [];
  let bytes = 0;
  for (const record of records) {
    const framed = frameRecord(record);
    chunks.push(framed);
    bytes += framed.length;
    if (bytes <= WAL_BUFFER_BYTES_MAX) continue;
    writeFully(file, chunks);
    chunks = [];
    bytes = 0;
  }
  writeFully(file, chunks);
}

/** writev may write less than it was given. */
function writeFully(file: number, chunks: readonly Uint8Array[]): void {
  let rest = chunks.slice();
  while (rest.length > 0) {
    let written = writevSync(file, rest);
    while (rest.length > 0 && written >= rest[0]!.length) {
      written -= rest[0]!.length;
      rest = rest.slice(1);
    }
    if (written > 0 && rest.length > 0) rest[0] = rest[0]!.subarray(written);
  }
}
