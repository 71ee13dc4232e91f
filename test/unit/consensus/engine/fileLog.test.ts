import {appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from '@jest/globals';
import {utf8} from '#proto';
import {engineLimits, FileLog} from '#consensus/engine';

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

function read(): {records: string[]; tornBytes: number} {
  const log = new FileLog(folder);
  const {records, tornBytes} = log.readAll();
  log.close();
  return {records: records.map((record) => Buffer.from(record).toString()), tornBytes};
}

function segment(): string {
  return join(folder, readdirSync(folder).sort().at(-1)!);
}

describe('FileLog', () => {
  it('gives back what was written, over several openings', () => {
    write('one', 'two');
    write('three');
    expect(read()).toEqual({records: ['one', 'two', 'three'], tornBytes: 0});
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
      expect({length, ...read()}).toEqual({length, records: intact > 0 ? ['first record'] : [], tornBytes: length - intact});
      expect(statSync(segment()).size).toBe(intact);
      write('next');
      expect(read().records.at(-1)).toBe('next');
    }
  });

  it('ends before a record with a wrong checksum or an absurd length', () => {
    write('first', 'second');
    const bytes = readFileSync(segment());
    bytes[8 + 5 + 8]! ^= 1;
    writeFileSync(segment(), bytes);
    expect(read()).toEqual({records: ['first'], tornBytes: 8 + 6});
    appendFileSync(segment(), Buffer.from('00000000ffffffff', 'hex'));
    expect(read()).toEqual({records: ['first'], tornBytes: 8});
  });

  it('ends before zeros: a file whose length a power cut saved and whose content it did not', () => {
    write('first');
    appendFileSync(segment(), new Uint8Array(40));
    expect(read()).toEqual({records: ['first'], tornBytes: 40});
    write('second');
    expect(read()).toEqual({records: ['first', 'second'], tornBytes: 0});
    const log = new FileLog(folder);
    expect(() => log.append(new Uint8Array(0))).toThrow('at least one byte');
    log.close();
  });

  it('drops what follows a hole in an earlier segment', () => {
    write('one');
    const log = new FileLog(folder);
    log.rotate();
    log.append(utf8('two'));
    log.close();
    const first = join(folder, readdirSync(folder).sort()[0]!);
    appendFileSync(first, 'x');
    expect(read()).toEqual({records: ['one'], tornBytes: 1 + 8 + 3});
    expect(read()).toEqual({records: ['one'], tornBytes: 0});
  });

  it('keeps two segments', () => {
    const log = new FileLog(folder);
    for (let i = 0; i < 5; i++) {
      log.append(utf8(`${i}`));
      log.rotate();
    }
    log.append(utf8('5'));
    log.close();
    expect(readdirSync(folder)).toHaveLength(2);
    expect(read().records).toEqual(['4', '5']);
  });

  it('refuses a record over the limit', () => {
    const log = new FileLog(folder);
    expect(() => log.append(new Uint8Array(engineLimits.WAL_RECORD_BYTES_MAX + 1))).toThrow(RangeError);
    log.close();
  });
});
