import {beforeAll, describe, expect, it} from '@jest/globals';
import type {Address, Hash} from '#node/execution';
import {ACCESS_LIST_MS_MAX} from '../../../node/execution/limits.ts';
import {bytes, ETHER, newChain, signerOf} from './support.ts';
import type {TestChain} from './support.ts';

const alice = signerOf(1);
const poor: Address = `0x${'99'.repeat(20)}`;
const address = (index: number): Address => `0x${'0a'.repeat(19)}${index.toString(16).padStart(2, '0')}`;
const word = (value: number | bigint): string => value.toString(16).padStart(64, '0');
const slotOf = (index: number): Hash => `0x${word(index)}`;
/** Reads slot 1, writes slot 2. */
const store = address(1);
/** Calls `store`, then reads the balance of `poor`, the code hash of `alice` and calls the identity precompile. */
const caller = address(2);
/** As `caller`, then reverts. */
const reverter = address(3);
/** Reads a slot, then with less than 100,000 gas left slot 7 more. */
const fickle = address(4);
const CALL = `5f5f5f5f5f73${store.slice(2)}5af15073${poor.slice(2)}315073${alice.address.slice(2)}3f505f5f5f5f5f60045af150`;
const options = {gasLimitMax: 50_000_000n};

describe('an access list', () => {
  let chain: TestChain;
  beforeAll(async () => {
    chain = await newChain({
      [alice.address]: {balance: (1000n * ETHER).toString()},
      [store]: {balance: '0', nonce: '1', code: '0x600154506001600255'},
      [caller]: {balance: '0', nonce: '1', code: `0x${CALL}5f5450`},
      [reverter]: {balance: '0', nonce: '1', code: `0x${CALL}5f5ffd`},
      [fickle]: {balance: '0', nonce: '1', code: '0x60055450620186a05a10600e57005b60075450'},
    });
  });

  it('names what a call touches beside its sender, its recipient and precompiles, and the gas that it then uses', async () => {
    const {accessList, gasUsed, error} = await chain.backend.createAccessList({from: alice.address, to: caller}, 0n, options);
    expect(error).toBeUndefined();
    expect(accessList).toEqual([
      {address: store, storageKeys: [slotOf(1), slotOf(2)]},
      {address: caller, storageKeys: [slotOf(0)]},
      {address: poor, storageKeys: []},
    ]);
    const outcome = await chain.backend.call({from: alice.address, to: caller, accessList}, 0n, options);
    expect(outcome.gasUsed).toBe(gasUsed);
  });

  it('is empty where nothing is touched', async () => {
    expect(await chain.backend.createAccessList({from: alice.address, to: poor, value: 1n}, 0n, options)).toEqual({accessList: [], gasUsed: 21_000n});
  });

  it('is there also for a call that fails, with the reason', async () => {
    const reverted = await chain.backend.createAccessList({from: alice.address, to: reverter}, 0n, options);
    expect(reverted.error).toBe('execution reverted');
    expect(reverted.accessList).toContainEqual({address: store, storageKeys: [slotOf(1), slotOf(2)]});
    const exhausted = await chain.backend.createAccessList({from: alice.address, to: store, gas: 30_000n}, 0n, options);
    expect(exhausted.error).toBe('out of gas');
  });

  it('keeps what the request names already, and sees its overrides', async () => {
    const accessList = [{address: address(9), storageKeys: [slotOf(3)]}];
    const kept = await chain.backend.createAccessList({from: alice.address, to: store, accessList}, 0n, options);
    expect(kept.accessList).toEqual([{address: store, storageKeys: [slotOf(1), slotOf(2)]}, ...accessList]);
    const stateOverrides = new Map([[store, {code: bytes('600854')}]]);
    const overridden = await chain.backend.createAccessList({from: alice.address, to: store}, 0n, {...options, stateOverrides});
    expect(overridden.accessList).toEqual([{address: store, storageKeys: [slotOf(8)]}]);
  });

  it('leaves out the contract that a creation makes, until it has slots', async () => {
    const empty = await chain.backend.createAccessList({from: alice.address, data: bytes('303150')}, 0n, options);
    expect(empty.accessList).toEqual([]);
    const writing = await chain.backend.createAccessList({from: alice.address, data: bytes('60015f55')}, 0n, options);
    expect(writing.accessList).toMatchObject([{storageKeys: [slotOf(0)]}]);
  });

  it('comes to an end where the list changes what is touched', async () => {
    for (const gas of [123_000n, 125_000n, 127_000n]) {
      const {accessList} = await chain.backend.createAccessList({from: alice.address, to: fickle, gas}, 0n, options);
      expect(accessList[0]!.storageKeys).toContain(slotOf(5));
    }
  });

  it('is given up when its runs take too long, within one and between two', async () => {
    let nowMs = 0;
    let stepMs = 0;
    const slow = await newChain({[store]: {balance: '0', nonce: '1', code: '0x600154506001600255'}}, {now: () => (nowMs += stepMs)});
    const list = (code: string) => slow.backend.createAccessList({to: poor, gas: 200_000n}, 0n, {...options, stateOverrides: new Map([[poor, {code: bytes(code)}]])});
    const timeout = {code: 'call-aborted', message: `execution aborted (timeout = ${ACCESS_LIST_MS_MAX / 1_000}s)`};
    stepMs = ACCESS_LIST_MS_MAX / 10;
    await expect(list('5b5f56')).rejects.toMatchObject(timeout);
    await expect(list('5f50'.repeat(12_000))).rejects.toMatchObject(timeout);
    expect(await list('60015450')).toMatchObject({accessList: [{address: poor}]});
    stepMs = ACCESS_LIST_MS_MAX + 1;
    await expect(list('60015450')).rejects.toMatchObject(timeout);
    stepMs = 0;
    expect(await list('5b5f56')).toMatchObject({error: 'out of gas'});
  });

  it('refuses what cannot run, as a call does', async () => {
    await expect(chain.backend.createAccessList({from: poor, to: store, value: 1n}, 0n, options)).rejects.toMatchObject({code: 'call-rejected'});
    await expect(chain.backend.createAccessList({to: store}, 5n, options)).rejects.toMatchObject({code: 'state-unavailable'});
  });
});
