/**
 * The write-ahead log on disk: numbered segments of records `crc32 (4) ‖ length (4) ‖ payload`, integers big-endian.
 * A record that a crash cut short, or whose checksum does not match, ends the log: it and all after it are cut off on opening. So does
 * one of no bytes: a file whose length was saved and whose content was not reads as zeros, and the checksum of nothing is zero.
 */
import {closeSync, existsSync, fdatasyncSync, ftruncateSync, mkdirSync, openSync, readdirSync, readFileSync, unlinkSync, writevSync} from 'node:fs';
import {join} from 'node:path';
import {crc32} from 'node:zlib';
import type {LogStore} from '../ports.ts';
import {WAL_BUFFER_BYTES_MAX, WAL_RECORD_BYTES_MAX} from '../limits.ts';
import {syncFolder} from './atomicFile.ts';

const HEADER_BYTES = 8;
const SEGMENT_NAME = /^(\d{10})\.wal$/;

/** The newest segments that are kept: the one being written and the one before it. */
const SEGMENTS_KEPT = 2;

export interface ParsedLog {
  readonly records: Uint8Array[];
  /** Length of the intact prefix. */
  readonly intactBytes: number;
}

/** The intact records at the beginning of `bytes`. */
export function parseRecords(bytes: Uint8Array): ParsedLog {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const records: Uint8Array[] = [];
  let offset = 0;
  while (offset + HEADER_BYTES <= bytes.length) {
    const length = view.getUint32(offset + 4);
    const end = offset + HEADER_BYTES + length;
    if (length === 0 || length > WAL_RECORD_BYTES_MAX || end > bytes.length) break;
    const payload = bytes.subarray(offset + HEADER_BYTES, end);
    if (crc32(payload) >>> 0 !== view.getUint32(offset)) break;
    records.push(payload);
    offset = end;
  }
  return {records, intactBytes: offset};
}

/** @throws RangeError when the record is empty or over WAL_RECORD_BYTES_MAX. */
export function frameRecord(payload: Uint8Array): Uint8Array {
  if (payload.length === 0) throw new RangeError('a log record has at least one byte');
  if (payload.length > WAL_RECORD_BYTES_MAX) {
    throw new RangeError(`a log record of ${payload.length} bytes is over the limit of ${WAL_RECORD_BYTES_MAX}`);
  }
  const framed = new Uint8Array(HEADER_BYTES + payload.length);
  const view = new DataView(framed.buffer);
  view.setUint32(0, crc32(payload) >>> 0);
  view.setUint32(4, payload.length);
  framed.set(payload, HEADER_BYTES);
  return framed;
}

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

  readAll(): {records: Uint8Array[]; tornBytes: number} {
    this.sync();
    const records: Uint8Array[] = [];
    let tornBytes = 0;
    for (const segment of this.segments()) {
      const bytes = new Uint8Array(readFileSync(this.path(segment)));
      if (tornBytes > 0) {
        // What follows a hole cannot be trusted to belong to it: drop it, and count it as lost.
        tornBytes += bytes.length;
        if (segment !== this.segment) unlinkSync(this.path(segment));
        else this.truncate(this.file, 0);
        continue;
      }
      const parsed = parseRecords(bytes);
      for (const record of parsed.records) records.push(record);
      if (parsed.intactBytes === bytes.length) continue;
      tornBytes += bytes.length - parsed.intactBytes;
      if (segment === this.segment) this.truncate(this.file, parsed.intactBytes);
      else this.truncateClosed(segment, parsed.intactBytes);
    }
    return {records, tornBytes};
  }

  rotate(): void {
    this.sync();
    closeSync(this.file);
    this.segment += 1;
    this.file = this.open(this.segment);
    for (const segment of this.segments().slice(0, -SEGMENTS_KEPT)) unlinkSync(this.path(segment));
    syncFolder(this.folder);
  }

  close(): void {
    this.sync();
    closeSync(this.file);
  }

  private flush(): void {
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

  private truncate(file: number, length: number): void {
    ftruncateSync(file, length);
    fdatasyncSync(file);
  }

  private truncateClosed(segment: number, length: number): void {
    const file = openSync(this.path(segment), 'r+');
    try {
      this.truncate(file, length);
    } finally {
      closeSync(file);
    }
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
