import {describe, expect, it} from '@jest/globals';
import {DEFAULT_ETH_RPC_LIMITS} from '../../../node/rpc/eth/limits.ts';
import {ANYONE} from '../../../node/rpc/eth/client.ts';
import type {RpcContext} from '../../../node/rpc/eth/method.ts';
import {eth_getStorageValues} from '../../../node/rpc/eth/methods/eth_getStorageValues.ts';
import {ALICE, BOB} from './support.ts';

const word = (value: number): string => `0x${value.toString(16).padStart(64, '0')}`;

describe('eth_getStorageValues', () => {
  it('is one of the methods that run a few at a time, and lets other work have a turn every few slots', async () => {
    let turns = 0;
    let readsAtOnce = 0;
    let readsInTurn = 0;
    const storage = (_address: string, key: string): Uint8Array => {
      readsAtOnce = Math.max(readsAtOnce, ++readsInTurn);
      return Buffer.from(key.slice(2), 'hex');
    };
    let isOver = false;
    const beside = (): void => {
      turns++;
      readsInTurn = 0;
      if (!isOver) setImmediate(beside);
    };
    const chain = {head: () => ({header: {number: 3n}}), stateAt: async () => ({storage})};
    const method = eth_getStorageValues(DEFAULT_ETH_RPC_LIMITS);
    expect(method.isHeavy).toBe(true);
    const slots = (from: number): string[] => Array.from({length: 500}, (_, index) => word(from + index));
    setImmediate(beside);
    const values = await method.run({chain} as unknown as RpcContext, [{[ALICE]: slots(0), [BOB]: slots(500)}, 'latest'], ANYONE);
    isOver = true;
    expect(values).toEqual({[ALICE.toLowerCase()]: slots(0), [BOB.toLowerCase()]: slots(500)});
    expect(turns).toBeGreaterThan(100);
    expect(readsAtOnce).toBeLessThan(20);
  });
});
