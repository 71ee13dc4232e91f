import {appendFileSync, closeSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, renameSync, rmSync, statSync, truncateSync, writeFileSync} from 'node:fs';
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

  it('goes on in its segment when the next one cannot be opened', () => {
    const log = new FileLog(folder);
    log.append(utf8('one'));
    const obstacle = join(folder, '0000000002.wal');
    mkdirSync(obstacle);
    expect(() => log.rotate(engineLimits.WAL_SEGMENTS_KEPT)).toThrow(/EISDIR/);
    // Had the log closed its file, this one would have its number.
    const foreignPath = join(folder, 'foreign');
    const foreign = openSync(foreignPath, 'w');
    log.append(utf8('two'));
    log.sync();
    closeSync(foreign);
    expect(readFileSync(foreignPath)).toHaveLength(0);
    rmSync(obstacle, {recursive: true});
    log.rotate(engineLimits.WAL_SEGMENTS_KEPT);
    log.append(utf8('three'));
    log.close();
    expect(read()).toEqual({records: ['one', 'two', 'three'], tornBytes: 0, damage: []});
  });

  it('is closed once, and then takes nothing', () => {
    const log = new FileLog(folder);
    log.append(utf8('one'));
    log.close();
    const foreign = openSync(join(folder, 'foreign'), 'w');
    log.close();
    expect(() => log.append(utf8('two'))).toThrow(/is closed/);
    expect(() => log.rotate(1)).toThrow(/is closed/);
    expect(() => log.replace([], 1)).toThrow(/is closed/);
    closeSync(foreign);
    expect(read().records).toEqual(['one']);
  });

  it('puts records in the place of all before them, or changes nothing', () => {
    const log = new FileLog(folder);
    for (const record of ['one', 'two']) log.append(utf8(record));
    log.sync();
    log.append(utf8('waits to be flushed'));
    const failing = function* (): Iterable<Uint8Array> {
      yield new Uint8Array(engineLimits.WAL_BUFFER_BYTES_MAX);
      yield utf8('three');
      throw new Error('no space left on device');
    };
    expect(() => log.replace(failing(), 1)).toThrow('no space left on device');
    expect(readdirSync(folder)).toHaveLength(1);
    log.flush();
    expect(log.readAll().records.map((record) => Buffer.from(record).toString())).toEqual(['one', 'two', 'waits to be flushed']);
    log.append(utf8('superseded'));
    log.replace([utf8('two')], 1);
    log.append(utf8('three'));
    log.close();
    expect(readdirSync(folder)).toEqual(['0000000002.wal']);
    expect(read()).toEqual({records: ['two', 'three'], tornBytes: 0, damage: []});
  });

  it('reads no more than it is asked for: the newest segments', () => {
    const log = new FileLog(folder);
    for (const record of ['one', 'two']) log.append(utf8(record));
    log.rotate(3);
    for (const record of ['three', 'four']) log.append(utf8(record));
    log.sync();
    const newest = 8 + 5 + 8 + 4;
    const readWithin = (bytesMax: number): unknown => {
      const {records, skippedBytes, tornBytes, damage} = log.readAll(bytesMax);
      return {records: records.map((record) => Buffer.from(record).toString()), skippedBytes, tornBytes, damage};
    };
    expect(readWithin(newest + 12)).toEqual({records: ['one', 'three', 'four'], skippedBytes: 10, tornBytes: 0, damage: []});
    expect(readWithin(newest - 1)).toEqual({records: ['three'], skippedBytes: 23, tornBytes: 0, damage: []});
    expect(readWithin(Infinity)).toMatchObject({records: ['one', 'two', 'three', 'four'], skippedBytes: 0});
    log.close();
  });

  it('refuses a record over the limit, and an empty one', () => {
    const log = new FileLog(folder);
    expect(() => log.append(new Uint8Array(0))).toThrow(RangeError);
    expect(() => log.append(new Uint8Array(engineLimits.WAL_RECORD_BYTES_MAX + 1))).toThrow(RangeError);
    log.close();
  });
});
