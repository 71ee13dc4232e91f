/**
 * The write-ahead log on disk: numbered segments of records (`records.ts`). What a crash left torn at the very end is cut off on
 * opening. Damage before intact records is no crash's doing: it is reported and left as it is, for the reader to judge.
 */
import {closeSync, existsSync, fdatasyncSync, ftruncateSync, mkdirSync, openSync, readdirSync, readFileSync, unlinkSync, writevSync} from 'node:fs';
import {basename, join} from 'node:path';
import type {LogContents, LogDamage, LogStore} from '../ports.ts';
import {WAL_BUFFER_BYTES_MAX} from '../limits.ts';
import {syncFolder} from './atomicFile.ts';
import {frameRecord, parseSegment} from './records.ts';

const SEGMENT_NAME = /^(\d{10})\.wal$/;

export class FileLog implements LogStore {
  private readonly folder: string;
  private segment: number;
  private file: number;
  private pending: Uint8Array[] = [];
  private pendingBytes = 0;
  private dirty = false;

  constructor(folder: string) {
    this.folder = folder;
    mkdirSync(folder, {recursive: true, mode: 0o700});
    this.segment = this.segments().at(-1) ?? 1;
    this.file = this.open(this.segment);
  }

  append(record: Uint8Array): void {
    const framed = frameRecord(record);
    this.pending.push(framed);
    this.pendingBytes += framed.length;
    if (this.pendingBytes > WAL_BUFFER_BYTES_MAX) this.flush();
  }

  sync(): void {
    this.flush();
    if (!this.dirty) return;
    fdatasyncSync(this.file);
    this.dirty = false;
  }

  readAll(): LogContents {
    this.sync();
    const records: Uint8Array[] = [];
    const damage: LogDamage[] = [];
    let tornBytes = 0;
    let segmentBytes = 0;
    let previous: number | undefined;
    for (const segment of this.segments()) {
      const name = basename(this.path(segment));
      if (previous !== undefined && segment !== previous + 1) damage.push({afterRecord: records.length, place: `what was before ${name}`, bytes: 0});
      previous = segment;
      const bytes = new Uint8Array(readFileSync(this.path(segment)));
      // A segment is synced before the next one is begun: only the newest can be torn.
      const parsed = parseSegment(bytes, {mayBeTorn: segment === this.segment});
      for (const {afterRecord, offset, bytes: length} of parsed.damage) {
        damage.push({afterRecord: records.length + afterRecord, place: `${name} at byte ${offset}`, bytes: length});
      }
      for (const record of parsed.records) records.push(record);
      segmentBytes = bytes.length - parsed.tornBytes;
      if (parsed.tornBytes === 0) continue;
      tornBytes = parsed.tornBytes;
      this.truncate(segmentBytes);
    }
    return {records, tornBytes, damage, segmentBytes};
  }

  rotate(kept: number): void {
    this.sync();
    closeSync(this.file);
    this.segment += 1;
    this.file = this.open(this.segment);
    for (const segment of this.segments().slice(0, -Math.max(1, kept))) unlinkSync(this.path(segment));
    syncFolder(this.folder);
  }

  close(): void {
    this.sync();
    closeSync(this.file);
  }

  /** Hands what was appended to the operating system: it survives the end of this process, not that of the machine. */
  flush(): void {
    if (this.pending.length === 0) return;
    const chunks = this.pending;
    this.pending = [];
    this.pendingBytes = 0;
    this.dirty = true;
    writeFully(this.file, chunks);
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

  private open(segment: number): number {
    const path = this.path(segment);
    const isNew = !existsSync(path);
    const file = openSync(path, 'a', 0o600);
    if (isNew) syncFolder(this.folder);
    return file;
  }

  private truncate(length: number): void {
    ftruncateSync(this.file, length);
    fdatasyncSync(this.file);
  }
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
