import {execFile} from 'node:child_process';
import {resolve} from 'node:path';
import {promisify} from 'node:util';
import {describe, expect, it} from '@jest/globals';
import {packTransactions, unpackTransactions} from '../../../node/execution/recovery/packing.ts';
import {BackgroundRecovery} from '../../../node/execution/recovery/background.ts';
import {RECOVERY_MIN, RECOVERY_WAITING_MAX} from '../../../node/execution/limits.ts';
import {TransactionCache} from '../../../node/execution/transaction-cache.ts';
import {decodeTransaction} from '../../../node/execution/transaction.ts';
import {CHAIN_ID, signed} from '../mempool/support.ts';

const BUILT = resolve(import.meta.dirname, '../../../dist/node/execution');

/** Asks the thread and prints what it answers. Over the build, because threads get no loader of TypeScript. */
const PROGRAM = `
import {BackgroundRecovery} from '${BUILT}/recovery/background.js';
import {decodeTransaction} from '${BUILT}/transaction.js';
const transactions = JSON.parse(process.argv[1]).map((text) => new Uint8Array(Buffer.from(text, 'hex')));
const recovery = new BackgroundRecovery((error) => {
  throw error;
});
// Asked for in two parts of one turn.
const [first, rest] = await Promise.all([recovery.recover(transactions.slice(0, 20)), recovery.recover(transactions.slice(20))]);
const agree = [...first, ...rest].filter((sender, i) => sender === decodeTransaction(transactions[i]).sender).length;
const spoilt = transactions[0].slice();
spoilt.fill(0xff, -64);
const wrong = (await recovery.recover([Uint8Array.of(0xc0), spoilt, ...transactions])).slice(0, 2).map(String);
const few = (await recovery.recover(transactions.slice(0, 1))).map(String);
await recovery.close();
console.log(JSON.stringify({agree, wrong, few}));
`;
const many = (count: number): Uint8Array[] => Array.from({length: count}, (_, i) => signed(i % 3, BigInt(i)));

describe('senders recovered in another thread', () => {
  it('are those that decoding finds, and nothing for bytes that are no transaction', async () => {
    const transactions = JSON.stringify(many(60).map((raw) => Buffer.from(raw).toString('hex')));
    const {stdout} = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', PROGRAM, transactions]);
    expect(JSON.parse(stdout)).toEqual({agree: 60, wrong: ['undefined', 'undefined'], few: ['undefined']});
  });

  it('go over as two buffers', () => {
    const transactions = [...many(5), new Uint8Array(0), Uint8Array.of(1)];
    expect(unpackTransactions(packTransactions(transactions))).toEqual(transactions);
  });

  it('are left to the caller where the thread cannot run, at the end, and beyond the bound', async () => {
    const failures: Error[] = [];
    const recovery = new BackgroundRecovery((error) => failures.push(error));
    const nothing = new Array<undefined>(RECOVERY_MIN).fill(undefined);
    // Here it cannot: there is no loader for its file.
    expect(await recovery.recover(many(RECOVERY_MIN))).toEqual(nothing);
    expect(failures).toHaveLength(1);
    expect(await recovery.recover(many(RECOVERY_MIN))).toEqual(nothing);
    expect(failures).toHaveLength(1);
    await recovery.close();

    const other = new BackgroundRecovery((error) => failures.push(error));
    const tooMany = new Array<Uint8Array>(RECOVERY_WAITING_MAX + 1).fill(signed(0, 0n));
    expect(await other.recover(tooMany)).toHaveLength(RECOVERY_WAITING_MAX + 1);
    const waiting = other.recover(many(RECOVERY_MIN));
    await other.close();
    expect(await waiting).toEqual(nothing);
    expect(failures).toHaveLength(1);
  });

  it('are asked for once, and a wrong answer for bytes that do not decode hides nothing', async () => {
    const asked: number[] = [];
    const cache = new TransactionCache(() => CHAIN_ID, {
      allowsUnsigned: false,
      recoverSenders: async (raws) => {
        asked.push(raws.length);
        return raws.map(() => `0x${'11'.repeat(20)}` as const);
      },
    });
    const [good, bad] = [signed(0, 0n), Uint8Array.of(2, 0xc0)];
    await cache.prepare([good, bad]);
    await cache.prepare([good]);
    expect(asked).toEqual([2, 0]);
    // What the thread said is taken.
    expect(cache.decode(good.slice()).sender).toBe(`0x${'11'.repeat(20)}`);
    expect(() => cache.decode(bad)).toThrow(/rlp/);
    const alone = new TransactionCache(() => CHAIN_ID);
    await alone.prepare([good]);
    expect(alone.decode(good)).toEqual(decodeTransaction(good));
    expect(alone.decode(good)).toBe(alone.decode(good.slice()));
  });
});
