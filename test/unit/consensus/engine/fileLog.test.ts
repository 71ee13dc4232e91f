import {appendFileSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, truncateSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from '@jest/globals';
import {concatBytes, utf8} from '#proto';
import {engineLimits, FileLog} from '#consensus/engine';
import {frameRecord} from '../../../../consensus/engine/files/records.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'qanat-wal-'));
});
afterEach(() => rmSync(folder, {recursive: true}));

function write(...records: readonly string[]): void {
  const log = new FileLog(folder);
  for (const record of records) log.append(utf8(record));
  log.close();
}

function read(): {records: string[]; tornBytes: number; damage: unknown} {
  const log = new FileLog(folder);
  const {records, tornBytes, damage} = log.readAll();
  log.close();
  return {records: records.map((record) => Buffer.from(record).toString()), tornBytes, damage};
}

function segment(): string {
  return join(folder, readdirSync(folder).sort().at(-1)!);
}

describe('FileLog', () => {
  it('gives back what was written, over several openings', () => {
    write('one', 'two');
    write('three');
    expect(read()).toEqual({records: ['one', 'two', 'three'], tornBytes: 0, damage: []});
  });

  it('buffers until sync', () => {
    const log = new FileLog(folder);
    log.append(utf8('one'));
    expect(statSync(segment()).size).toBe(0);
    log.sync();
    expect(statSync(segment()).size).toBe(8 + 3);
    log.append(new Uint8Array(engineLimits.WAL_BUFFER_BYTES_MAX));
    expect(statSync(segment()).size).toBeGreaterThan(engineLimits.WAL_BUFFER_BYTES_MAX);
    log.close();
  });

  it('cuts a tail that was torn at any byte, says so, and goes on after it', () => {
    write('first record', 'second record');
    const whole = readFileSync(segment());
    const firstEnd = 8 + 'first record'.length;
    for (let length = 0; length < whole.length; length++) {
      writeFileSync(segment(), whole);
      truncateSync(segment(), length);
      const intact = length >= firstEnd ? firstEnd : 0;
      expect({length, ...read()}).toEqual({length, records: intact > 0 ? ['first record'] : [], tornBytes: length - intact, damage: []});
      expect(statSync(segment()).size).toBe(intact);
      write('next');
      expect(read().records.at(-1)).toBe('next');
    }
  });

  it('ends before a last record with a wrong checksum or an absurd length', () => {
    write('first', 'second');
    const bytes = readFileSync(segment());
    bytes[8 + 5 + 8]! ^= 1;
    writeFileSync(segment(), bytes);
    expect(read()).toEqual({records: ['first'], tornBytes: 8 + 6, damage: []});
    appendFileSync(segment(), Buffer.from('00000000ffffffff', 'hex'));
    expect(read()).toEqual({records: ['first'], tornBytes: 8, damage: []});
  });

  it('cuts off the zeros that a power cut leaves, few or many', () => {
    for (const zeros of [1, 7, 8, 9, 16, 4096, 100_000]) {
      write('first');
      const {length} = readFileSync(segment());
      appendFileSync(segment(), new Uint8Array(zeros));
      expect(read()).toMatchObject({tornBytes: zeros, damage: []});
      expect(statSync(segment()).size).toBe(length);
      write('next');
      expect(read().records.at(-1)).toBe('next');
    }
  });

  it('reports damage before intact records, and leaves it as evidence', () => {
    write('first', 'second', 'third');
    const whole = readFileSync(segment());
    for (let at = 0; at < whole.length - (8 + 5); at++) {
      const bytes = Buffer.from(whole);
      bytes[at]! ^= 1;
      writeFileSync(segment(), bytes);
      const hitsFirst = at < 8 + 5;
      expect({at, ...read()}).toMatchObject({at, records: hitsFirst ? ['second', 'third'] : ['first', 'third'], tornBytes: 0, damage: [{afterRecord: hitsFirst ? 0 : 1}]});
      expect(readFileSync(segment())).toEqual(bytes);
    }
  });

  it('is not misled by records inside a torn one', () => {
    write('first');
    const inner = frameRecord(utf8('a record that a transaction imitates'));
    const torn = frameRecord(concatBytes(new Uint8Array(100), inner, inner, inner)).subarray(0, -10);
    appendFileSync(segment(), torn);
    expect(read()).toEqual({records: ['first'], tornBytes: torn.length, damage: []});
  });

  it('gives up the search for intact records after a bounded time', () => {
    // Every offset of the garbage says that a record of 65,792 bytes begins there.
    const garbage = new Uint8Array(engineLimits.WAL_SCAN_BYTES_MAX / 65_792 + 200_000).fill(1);
    for (let at = 0; at + 4 <= garbage.length; at += 4) garbage.set([0, 1, 1, 0], at);
    write('first');
    appendFileSync(segment(), garbage);
    appendFileSync(segment(), frameRecord(utf8('last')));
    expect(read()).toMatchObject({records: ['first'], damage: []});
  });

  it('takes a bad end of an earlier segment, and a segment that is not there, as damage', () => {
    write('one');
    const log = new FileLog(folder);
    log.rotate(engineLimits.WAL_SEGMENTS_KEPT);
    log.append(utf8('two'));
    log.close();
    const [first, second] = readdirSync(folder).sort().map((name) => join(folder, name));
    appendFileSync(first!, 'x');
    expect(read()).toEqual({records: ['one', 'two'], tornBytes: 0, damage: [{afterRecord: 1, place: '0000000001.wal at byte 11', bytes: 1}]});
    renameSync(second!, join(folder, '0000000003.wal'));
    writeFileSync(first!, frameRecord(utf8('one')));
    expect(read()).toEqual({records: ['one', 'two'], tornBytes: 0, damage: [{afterRecord: 1, place: 'what was before 0000000003.wal', bytes: 0}]});
  });

  it('keeps two segments', () => {
    const log = new FileLog(folder);
    for (let i = 0; i < 5; i++) {
      log.append(utf8(`${i}`));
      log.rotate(engineLimits.WAL_SEGMENTS_KEPT);
    }
    log.append(utf8('5'));
    log.close();
    expect(readdirSync(folder)).toHaveLength(2);
    expect(read().records).toEqual(['4', '5']);
  });

  it('keeps as many as a height needs that does not end, and knows how large the newest is', () => {
    const log = new FileLog(folder);
    for (let i = 0; i < 20; i++) {
      log.append(utf8(`${i}`));
      log.rotate(engineLimits.WAL_HEIGHT_SEGMENTS_MAX);
    }
    log.append(utf8('last'));
    expect(log.readAll()).toMatchObject({segmentBytes: 8 + 4, damage: []});
    log.close();
    expect(readdirSync(folder)).toHaveLength(engineLimits.WAL_HEIGHT_SEGMENTS_MAX);
    expect(read().records.at(0)).toBe('5');
  });

  it('refuses a record over the limit, and an empty one', () => {
    const log = new FileLog(folder);
    expect(() => log.append(new Uint8Array(0))).toThrow(RangeError);
    expect(() => log.append(new Uint8Array(engineLimits.WAL_RECORD_BYTES_MAX + 1))).toThrow(RangeError);
    log.close();
  });
});
