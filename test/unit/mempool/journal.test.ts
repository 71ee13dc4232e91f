/** The journal of own submissions: what a restart, a kill and a damaged file leave of it. */
import {afterEach, beforeEach, describe, expect, it} from '@jest/globals';
import {appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {FileLog} from '../../../consensus/engine/index.ts';
import {DEFAULT_MEMPOOL_LIMITS, LocalJournal, type JournalFile} from '../../../node/mempool/index.ts';
import {GWEI, senderOf, signed, silent, testPool, type TestPool} from './support.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'qanat-journal-'));
});
afterEach(() => rmSync(folder, {recursive: true, force: true}));

const yieldTurn = async (): Promise<void> => undefined;

function open(
  journalBytesMin = 1024 * 1024,
  limits: Parameters<typeof testPool>[0] = {},
  file: JournalFile = new FileLog(folder),
  {journalReadBytesMax} = DEFAULT_MEMPOOL_LIMITS,
): TestPool & {warnings: string[]} {
  const warnings: string[] = [];
  const warn = (_fields: object, message: string): void => void warnings.push(message);
  const journal = new LocalJournal({journalBytesMin, journalReadBytesMax}, {file, logger: {...silent, warn, error: warn}});
  return {...testPool(limits, {}, undefined, journal), warnings};
}

const segments = (): string[] => readdirSync(folder).map((name) => join(folder, name));
const bytesOnDisk = (): number => segments().reduce((sum, path) => sum + statSync(path).size, 0);

describe('the journal', () => {
  it('has a transaction before its submission is answered, so that nothing but the file is needed to have it again', async () => {
    const before = open();
    const hashes = await Promise.all([0n, 1n, 2n].map((nonce) => before.pool.submit(signed(0, nonce))));
    // No close: the process was killed.
    const after = open();
    expect(await after.pool.reload(yieldTurn)).toEqual({admitted: 3, refused: {}});
    expect(hashes.map((hash) => after.pool.get(hash)?.nonce)).toEqual([0n, 1n, 2n]);
    expect(after.pool.pendingNonce(senderOf(0))).toBe(3n);
    // They are told to others again: nobody may have heard of them.
    after.clock.advance(10);
    expect(after.published.flat()).toHaveLength(3);
  });

  it('keeps nothing of what others sent', async () => {
    const before = open();
    before.pool.receive([signed(1, 0n)]);
    await before.pool.submit(signed(0, 0n));
    before.pool.close();
    expect((await open().pool.reload(yieldTurn)).admitted).toBe(1);
  });

  it('says what it could not bring back, by reason', async () => {
    const before = open();
    for (const nonce of [0n, 1n]) await before.pool.submit(signed(0, nonce));
    await before.pool.submit(signed(1, 0n));
    await before.pool.submit(signed(2, 0n));
    before.pool.close();
    const after = open();
    after.state.nonces.set(senderOf(0), 1n);
    after.state.balances.set(senderOf(1), 0n);
    expect(await after.pool.reload(yieldTurn)).toEqual({admitted: 2, refused: {'nonce-too-low': 1, 'insufficient-funds': 1}});
  });

  it('loses the torn end alone', async () => {
    const before = open();
    for (const nonce of [0n, 1n]) await before.pool.submit(signed(0, nonce));
    before.pool.close();
    const path = segments().at(-1)!;
    writeFileSync(path, readFileSync(path).subarray(0, -5));
    const after = open();
    expect(await after.pool.reload(yieldTurn)).toEqual({admitted: 1, refused: {}});
    expect(after.warnings).toEqual(['the last transaction of the journal was not written to its end']);
    await after.pool.submit(signed(0, 1n));
    after.pool.close();
    expect((await open().pool.reload(yieldTurn)).admitted).toBe(2);
  });

  it('goes on after damage in the middle', async () => {
    const before = open();
    for (const nonce of [0n, 1n, 2n]) await before.pool.submit(signed(0, nonce));
    before.pool.close();
    const path = segments().at(-1)!;
    const bytes = readFileSync(path);
    bytes[20]! ^= 1;
    writeFileSync(path, bytes);
    const after = open();
    expect((await after.pool.reload(yieldTurn)).admitted).toBe(2);
    expect(after.pool.counts()).toEqual({pending: 0, queued: 2});
    expect(after.warnings).toEqual(['the journal of transactions is damaged; the rest of it is used']);
  });

  it('takes no bytes that are not a transaction', async () => {
    const file = new FileLog(folder);
    file.append(Uint8Array.of(1, 2, 3));
    file.append(signed(0, 0n));
    file.close();
    expect(await open().pool.reload(yieldTurn)).toEqual({admitted: 1, refused: {malformed: 1}});
    appendFileSync(segments().at(-1)!, 'not a record at all');
    expect((await open().pool.reload(yieldTurn)).admitted).toBe(1);
  });

  it('stays within a multiple of what waits, however much goes through', async () => {
    const journalBytesMin = 2_000;
    const {pool, state} = open(journalBytesMin);
    await pool.submit(signed(9, 0n));
    for (let nonce = 0n; nonce < 200n; nonce++) {
      const raw = signed(0, nonce);
      await pool.submit(raw);
      state.nonces.set(senderOf(0), nonce + 1n);
      await pool.update(nonce + 1n, [raw], []);
      // Two segments of the bound, and the one transaction by which each may pass it.
      expect(bytesOnDisk()).toBeLessThan(2 * journalBytesMin + 500);
    }
    pool.close();
    const after = open(journalBytesMin);
    after.state.nonces.set(senderOf(0), 200n);
    expect((await after.pool.reload(yieldTurn)).admitted).toBe(1);
    expect(segments().length).toBeLessThanOrEqual(2);
  });

  it('does not keep the pool from taking transactions when the disk is full', async () => {
    const broken: JournalFile = {
      append: () => undefined,
      flush: () => {
        throw Object.assign(new Error('no space left on device'), {code: 'ENOSPC'});
      },
      readAll: () => ({records: [], tornBytes: 0}),
      replace: () => undefined,
      close: () => undefined,
    };
    const {pool, warnings} = open(8 * 1024, {}, broken);
    for (const nonce of [0n, 1n]) await pool.submit(signed(0, nonce));
    expect(pool.counts().pending).toBe(2);
    // Once, not for each transaction.
    expect(warnings).toEqual(['transactions cannot be written to the journal; a restart now would forget those that wait']);
  });
});

describe('a journal that has grown', () => {
  it('is written anew while no block comes, however often a transaction is replaced', async () => {
    const journalBytesMin = 2_000;
    const {pool} = open(journalBytesMin);
    for (let i = 0n; i < 60n; i++) {
      const price = GWEI * 2n * 112n ** i / 100n ** i;
      await pool.submit(signed(0, 0n, {maxFeePerGas: price, maxPriorityFeePerGas: price}));
      expect(bytesOnDisk()).toBeLessThan(2 * journalBytesMin + 500);
    }
    // Killed.
    const after = open(journalBytesMin);
    await after.pool.reload(yieldTurn);
    expect(after.pool.raws()).toEqual(pool.raws());
  });

  it('keeps what it had when the disk is full while it is written anew, and tries again', async () => {
    const file = new FileLog(folder);
    let isFull = true;
    const fill = function* (records: Iterable<Uint8Array>): Iterable<Uint8Array> {
      for (const record of records) {
        if (isFull) throw Object.assign(new Error('no space left on device'), {code: 'ENOSPC'});
        yield record;
      }
    };
    const failing: JournalFile = {
      append: (record) => file.append(record),
      flush: () => file.flush(),
      readAll: (bytesMax) => file.readAll(bytesMax),
      replace: (records, kept) => file.replace(fill(records), kept),
      close: () => file.close(),
    };
    const {pool, warnings} = open(1_000, {}, failing);
    for (let nonce = 0n; nonce < 50n; nonce++) await pool.submit(signed(0, nonce));
    expect(warnings.length).toBeGreaterThan(0);
    expect(segments()).toHaveLength(1);
    expect((await open().pool.reload(yieldTurn)).admitted).toBe(50);
    isFull = false;
    for (let nonce = 50n; nonce < 150n; nonce++) await pool.submit(signed(0, nonce));
    expect(segments()).toHaveLength(2);
    expect((await open().pool.reload(yieldTurn)).admitted).toBe(150);
  });

  it('is not written anew while it is loaded: what is not in the pool yet would be forgotten', async () => {
    const before = open();
    for (let nonce = 0n; nonce < 600n; nonce++) await before.pool.submit(signed(0, nonce));
    const after = open(1_000);
    let turns = 0;
    await after.pool.reload(async () => {
      turns++;
      await after.pool.submit(signed(1, BigInt(turns - 1)));
      // Killed now.
      expect(new FileLog(folder).readAll().records.length).toBe(600 + turns);
    });
    expect(turns).toBe(2);
    expect((await open().pool.reload(yieldTurn)).admitted).toBe(602);
  });

  it('is read within its bound, and what is beyond is counted', async () => {
    const before = open();
    for (let nonce = 0n; nonce < 10n; nonce++) await before.pool.submit(signed(0, nonce));
    const size = bytesOnDisk();
    const after = open(undefined, {}, undefined, {...DEFAULT_MEMPOOL_LIMITS, journalReadBytesMax: Math.floor(size / 2)});
    const {admitted} = await after.pool.reload(yieldTurn);
    expect(admitted).toBeGreaterThanOrEqual(4);
    expect(admitted).toBeLessThanOrEqual(5);
    expect(after.warnings).toEqual(['the journal of transactions is too large; the rest of it is not read']);
  });
});

describe('a transaction taken out by hand', () => {
  it('leaves what comes after it behind a gap, and comes back by a new submission', async () => {
    const {pool} = open();
    const hashes: `0x${string}`[] = [];
    for (const nonce of [0n, 1n, 2n, 3n]) hashes.push(await pool.submit(signed(0, nonce)));
    expect(pool.remove(hashes[1]!)).toBe(true);
    expect(pool.remove(hashes[1]!)).toBe(false);
    expect(pool.counts()).toEqual({pending: 1, queued: 2});
    expect(pool.pendingNonce(senderOf(0))).toBe(1n);
    await pool.submit(signed(0, 1n, {maxFeePerGas: 2n * GWEI}));
    expect(pool.counts()).toEqual({pending: 4, queued: 0});
  });
});
