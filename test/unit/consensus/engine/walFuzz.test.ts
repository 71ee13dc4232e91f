/** The log of a validator after every kind of harm, by seed: nothing that was synced is silently lost. */
import {mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from '@jest/globals';
import {NIL_BLOCK_ID, VoteType, type Vote} from '#proto';
import {EngineError, engineLimits, FileLog, SystemClock, type LogContents, type Logger, type LogStore} from '#consensus/engine';
import {Wal, type WalInput} from '../../../../consensus/engine/loop/wal.ts';
import {Random} from '../../../simulation/support/scheduler.ts';

const SEEDS = 60;
const nothing = (): void => undefined;
const LOGGER: Logger = {debug: nothing, info: nothing, warn: nothing, error: nothing};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'qanat-wal-fuzz-'));
});
afterEach(() => rmSync(folder, {recursive: true}));

function vote(height: bigint, round: number, random: Random): Vote {
  return {
    type: random.below(2) === 0 ? VoteType.Prevote : VoteType.Precommit,
    height,
    round,
    blockId: NIL_BLOCK_ID,
    timestamp: {seconds: 1_700_000_000n, nanos: 0},
    validatorAddress: new Uint8Array(20).fill(random.below(256)),
    validatorIndex: random.below(4),
    signature: new Uint8Array(64).fill(random.below(256)),
  };
}

/** A log of decided heights and one under way, synced to its end; returns that height and its inputs. */
function write(random: Random): {height: bigint; inputs: WalInput[]} {
  const log = new FileLog(folder);
  const wal = new Wal(log, {clock: new SystemClock(), logger: LOGGER});
  const height = BigInt(2 + random.below(4));
  let inputs: WalInput[] = [];
  for (let at = 1n; at <= height; at++) {
    inputs = [];
    for (let round = 0; round <= random.below(8); round++) {
      const input: WalInput = {type: 'vote', vote: vote(at, round, random), peer: random.below(2) === 0 ? '' : 'peer'};
      wal.append(input);
      inputs.push(input);
    }
    if (at < height) wal.endHeight(at);
    if (at < height && random.below(4) === 0) log.rotate(engineLimits.WAL_SEGMENTS_KEPT);
  }
  log.close();
  return {height, inputs};
}

function replay(height: bigint): WalInput[] | 'refused' {
  const log = new FileLog(folder);
  try {
    return new Wal(log, {clock: new SystemClock(), logger: LOGGER}).replay(height);
  } catch (error) {
    if (error instanceof EngineError && error.code === 'WAL') return 'refused';
    throw error;
  } finally {
    log.close();
  }
}

const segments = (): string[] => readdirSync(folder).sort().map((name) => join(folder, name));

describe('the write-ahead log', () => {
  it('loses nothing but what was being written, whatever the end of the file looks like', () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const random = new Random(seed);
      rmSync(folder, {recursive: true});
      const {height, inputs} = write(random);
      const path = segments().at(-1)!;
      const synced = readFileSync(path);
      const tail = Buffer.alloc(random.below(300));
      const kind = ['zeros', 'noise', 'an old record'][random.below(3)]!;
      if (kind === 'noise') for (let at = 0; at < tail.length; at++) tail[at] = random.below(256);
      if (kind === 'an old record') synced.copy(tail, 0, 0, Math.max(0, tail.length - 1));
      // The end of a record that was being written is missing; of whole records of before, nothing is news.
      writeFileSync(path, Buffer.concat([synced, Uint8Array.of(1, 2, 3), kind === 'an old record' ? tail.subarray(0, 5) : tail]));
      expect({seed, kind, replayed: replay(height)}).toEqual({seed, kind, replayed: inputs});
      expect({seed, again: replay(height)}).toEqual({seed, again: inputs});
    }
  });

  it('cut short at any byte, gives what stands before', () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const random = new Random(seed);
      rmSync(folder, {recursive: true});
      const {height, inputs} = write(random);
      const path = segments().at(-1)!;
      const whole = readFileSync(path);
      writeFileSync(path, whole.subarray(0, random.below(whole.length + 1)));
      const replayed = replay(height);
      if (replayed === 'refused') throw new Error(`seed ${seed}: a torn end was refused`);
      expect({seed, replayed}).toEqual({seed, replayed: inputs.slice(0, replayed.length)});
    }
  });

  it('with a flipped bit before its last record, gives all of the height or refuses', () => {
    let refused = 0;
    for (let seed = 1; seed <= SEEDS; seed++) {
      const random = new Random(seed);
      rmSync(folder, {recursive: true});
      const {height, inputs} = write(random);
      const paths = segments();
      const path = paths[random.below(paths.length)]!;
      const bytes = readFileSync(path);
      const end = path === paths.at(-1) ? lastRecord(bytes) : bytes.length;
      if (end === 0) continue;
      bytes[random.below(end)]! ^= 1 << random.below(8);
      writeFileSync(path, bytes);
      const replayed = replay(height);
      if (replayed === 'refused') refused += 1;
      else expect({seed, replayed}).toEqual({seed, replayed: inputs});
      // What was refused stays as it is.
      if (replayed === 'refused') expect(readFileSync(path)).toEqual(bytes);
    }
    expect(refused).toBeGreaterThan(SEEDS / 10);
    expect(refused).toBeLessThan(SEEDS);
  });
});

describe('a height that takes very many rounds', () => {
  /** Segments of a log on no disk. */
  class SegmentLog implements LogStore {
    readonly segments: Uint8Array[][] = [[]];
    append(record: Uint8Array): void {
      this.segments.at(-1)!.push(record);
    }
    sync(): void {}
    close(): void {}
    rotate(kept: number): void {
      this.segments.push([]);
      while (this.segments.length > kept) this.segments.shift();
    }
    readAll(): LogContents {
      return {records: this.segments.flat(), tornBytes: 0, segmentBytes: this.segments.at(-1)!.reduce((sum, record) => sum + record.length, 0)};
    }
  }
  const open = (log: LogStore): Wal => new Wal(log, {clock: new SystemClock(), logger: LOGGER});
  const bytes = new Uint8Array(65_536);
  const part = (round: number): WalInput => ({type: 'part', peer: 'p', height: 5n, round, part: {index: 0, bytes, proof: {total: 1n, index: 0n, leafHash: bytes.subarray(0, 32), aunts: []}}});

  it('fills neither the disk nor, in part, the memory of the next start', () => {
    const log = new SegmentLog();
    const wal = open(log);
    wal.endHeight(4n);
    const perSegment = engineLimits.WAL_SEGMENT_BYTES / bytes.length;
    for (let round = 0; round < perSegment * (engineLimits.WAL_HEIGHT_SEGMENTS_MAX - 2); round++) wal.append(part(round));
    expect(open(log).replay(5n)).toHaveLength(perSegment * (engineLimits.WAL_HEIGHT_SEGMENTS_MAX - 2));
    for (let round = 0; round < perSegment * 4; round++) wal.append(part(round));
    expect(log.segments.length).toBe(engineLimits.WAL_HEIGHT_SEGMENTS_MAX);
    for (const records of log.segments) expect(records.length).toBeLessThanOrEqual(perSegment);
    // The beginning of the height is gone: the rest leads nowhere. What is logged from now on is a beginning again.
    const next = open(log);
    expect(next.replay(5n)).toEqual([]);
    next.append(part(7));
    expect(open(log).replay(5n)).toHaveLength(1);
  });

  it('leaves a log that ends the height with its first record', () => {
    const log = new SegmentLog();
    const wal = open(log);
    for (let round = 0; round < 255; round++) wal.append(part(round));
    expect(log.segments).toHaveLength(1);
    // It is the end of a height that fills the segment.
    while (log.segments.length === 1) wal.endHeight(6n);
    log.segments.shift();
    wal.append({type: 'start', height: 7n});
    expect(open(log).replay(7n)).toEqual([{type: 'start', height: 7n}]);
  });
});

/** Where the last record of a whole segment begins. */
function lastRecord(bytes: Buffer): number {
  let last = 0;
  for (let offset = 0; offset < bytes.length; offset += 8 + bytes.readUInt32BE(offset + 4)) last = offset;
  return last;
}
