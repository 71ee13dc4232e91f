/**
 * Records of the write-ahead log: `crc32 (4) ‖ length (4) ‖ payload`, integers big-endian, payloads not empty. An empty one would make
 * zeros a record, and zeros are what a power cut leaves at the end of a file.
 */
import {crc32} from 'node:zlib';
import {WAL_RECORD_BYTES_MAX, WAL_SCAN_BYTES_MAX} from '../limits.ts';

const HEADER_BYTES = 8;

export interface SegmentDamage {
  /** Number of intact records before it. */
  readonly afterRecord: number;
  readonly offset: number;
  readonly bytes: number;
}

export interface ParsedSegment {
  readonly records: Uint8Array[];
  readonly damage: readonly SegmentDamage[];
  /** At the end, of a record that was being written. */
  readonly tornBytes: number;
}

/** @throws RangeError when the record is empty or over WAL_RECORD_BYTES_MAX. */
export function frameRecord(payload: Uint8Array): Uint8Array {
  if (payload.length === 0 || payload.length > WAL_RECORD_BYTES_MAX) {
    throw new RangeError(`a log record has 1 to ${WAL_RECORD_BYTES_MAX} bytes, not ${payload.length}`);
  }
  const framed = new Uint8Array(HEADER_BYTES + payload.length);
  const view = new DataView(framed.buffer);
  view.setUint32(0, crc32(payload) >>> 0);
  view.setUint32(4, payload.length);
  framed.set(payload, HEADER_BYTES);
  return framed;
}

/**
 * A bad record is the torn end of a crash when nothing intact follows. When intact records follow that reach to the very end, it is
 * damage: they were written after it. The records that a transaction's bytes may imitate inside a torn part do not end where the file does.
 */
export function parseSegment(bytes: Uint8Array, options: {readonly mayBeTorn: boolean}): ParsedSegment {
  const scan = new Scan(bytes);
  const {records, end} = scan.records(0);
  if (end === bytes.length) return {records, damage: [], tornBytes: 0};
  const afterRecord = records.length;
  const next = scan.recordsToTheEnd(end);
  if (next === undefined) {
    if (options.mayBeTorn) return {records, damage: [], tornBytes: bytes.length - end};
    return {records, damage: [{afterRecord, offset: end, bytes: bytes.length - end}], tornBytes: 0};
  }
  for (const record of scan.records(next).records) records.push(record);
  return {records, damage: [{afterRecord, offset: end, bytes: next - end}], tornBytes: 0};
}

class Scan {
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  /** Bytes that may still be checksummed in search of the next record. */
  private left = WAL_SCAN_BYTES_MAX;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** The intact records from `offset` on, and where they end. */
  records(offset: number): {records: Uint8Array[]; end: number} {
    const records: Uint8Array[] = [];
    let end = offset;
    for (let next = this.recordEnd(end); next !== undefined; next = this.recordEnd(end)) {
      records.push(this.bytes.subarray(end + HEADER_BYTES, next));
      end = next;
    }
    return {records, end};
  }

  /** Where, after the bad record at `bad`, intact records begin that reach to the end; undefined when there are none, or it takes too long to know. */
  recordsToTheEnd(bad: number): number | undefined {
    // When its length is right, the next record is where it says.
    if (bad + HEADER_BYTES <= this.bytes.length) {
      const said = bad + HEADER_BYTES + this.view.getUint32(bad + 4);
      if (said < this.bytes.length && this.records(said).end === this.bytes.length) return said;
    }
    for (let offset = bad + 1; offset + HEADER_BYTES < this.bytes.length && this.left > 0; offset++) {
      const length = this.view.getUint32(offset + 4);
      if (length === 0 || length > WAL_RECORD_BYTES_MAX || offset + HEADER_BYTES + length > this.bytes.length) continue;
      this.left -= length;
      if (this.recordEnd(offset) !== undefined && this.records(offset).end === this.bytes.length) return offset;
    }
    return undefined;
  }

  private recordEnd(offset: number): number | undefined {
    if (offset + HEADER_BYTES > this.bytes.length) return undefined;
    const length = this.view.getUint32(offset + 4);
    const end = offset + HEADER_BYTES + length;
    if (length === 0 || length > WAL_RECORD_BYTES_MAX || end > this.bytes.length) return undefined;
    return crc32(this.bytes.subarray(offset + HEADER_BYTES, end)) >>> 0 === this.view.getUint32(offset) ? end : undefined;
  }
}
