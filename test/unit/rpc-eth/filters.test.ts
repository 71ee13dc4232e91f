import {describe, expect, it} from '@jest/globals';
import {TestClock} from '../mempool/support.ts';
import {ALICE, ask, result, startNode, tokenTransfer, TOKEN, transfer, TRANSFER_TOPIC, type TestNode} from './support.ts';

const NOT_FOUND = {code: -32000, message: 'filter not found'};

async function withNode(run: (node: TestNode, clock: TestClock) => Promise<void>, limits = {}): Promise<void> {
  const clock = new TestClock();
  const node = await startNode({limits}, {clock});
  try {
    await run(node, clock);
  } finally {
    await node.close();
  }
}

describe('filters', () => {
  it('of blocks, of pending transactions and of logs give what is new, once', () =>
    withNode(async (node) => {
      await result(node, 'eth_sendRawTransaction', await tokenTransfer(0, 1n));
      await node.mine();
      const blocks = await result(node, 'eth_newBlockFilter');
      const pending = await result(node, 'eth_newPendingTransactionFilter');
      const logs = await result(node, 'eth_newFilter', {address: TOKEN, topics: [TRANSFER_TOPIC], fromBlock: '0x0'});
      const others = await result(node, 'eth_newFilter', {address: ALICE});
      for (const id of [blocks, pending, logs, others]) expect(await result(node, 'eth_getFilterChanges', id)).toEqual([]);

      const hash = await result(node, 'eth_sendRawTransaction', await tokenTransfer(1, 2n));
      expect(await result(node, 'eth_getFilterChanges', pending)).toEqual([hash]);
      const block = await node.mine();
      expect(await result(node, 'eth_getFilterChanges', blocks)).toEqual([block.header.hash]);
      expect(await result(node, 'eth_getFilterChanges', logs)).toMatchObject([{transactionHash: hash, blockNumber: '0x2', logIndex: '0x0'}]);
      for (const id of [blocks, pending, logs, others]) expect(await result(node, 'eth_getFilterChanges', id)).toEqual([]);
      expect(await result(node, 'eth_getFilterLogs', logs)).toHaveLength(2);
      expect((await ask(node, 'eth_getFilterLogs', [blocks])).error).toEqual(NOT_FOUND);

      expect(await result(node, 'eth_uninstallFilter', logs)).toBe(true);
      expect(await result(node, 'eth_uninstallFilter', logs)).toBe(false);
      expect((await ask(node, 'eth_getFilterChanges', [logs])).error).toEqual(NOT_FOUND);
    }));

  it('keep to their range of blocks', () =>
    withNode(async (node) => {
      const later = await result(node, 'eth_newFilter', {fromBlock: '0x2'});
      const earlier = await result(node, 'eth_newFilter', {toBlock: '0x1'});
      for (const nonce of [0, 1]) {
        await result(node, 'eth_sendRawTransaction', await tokenTransfer(nonce, 1n));
        await node.mine();
      }
      expect(await result(node, 'eth_getFilterChanges', later)).toMatchObject([{blockNumber: '0x2'}]);
      expect(await result(node, 'eth_getFilterChanges', earlier)).toMatchObject([{blockNumber: '0x1'}]);
    }));

  it('that nobody polls are forgotten', () =>
    withNode(async (node, clock) => {
      const id = await result(node, 'eth_newBlockFilter');
      clock.advance(4 * 60_000);
      expect(await result(node, 'eth_getFilterChanges', id)).toEqual([]);
      clock.advance(4 * 60_000);
      expect(await result(node, 'eth_getFilterChanges', id)).toEqual([]);
      clock.advance(5 * 60_000 + 1);
      expect((await ask(node, 'eth_getFilterChanges', [id])).error).toEqual(NOT_FOUND);
    }));

  it('are bounded in number', () =>
    withNode(
      async (node) => {
        for (let i = 0; i < 2; i++) await result(node, 'eth_newBlockFilter');
        expect((await ask(node, 'eth_newBlockFilter')).error).toEqual({code: -32005, message: 'too many filters: this node keeps 2'});
      },
      {filtersMax: 2},
    ));

  it('that overflow are removed', () =>
    withNode(
      async (node) => {
        const id = await result(node, 'eth_newPendingTransactionFilter');
        for (let nonce = 0; nonce < 3; nonce++) await result(node, 'eth_sendRawTransaction', await transfer(nonce));
        expect((await ask(node, 'eth_getFilterChanges', [id])).error).toEqual(NOT_FOUND);
      },
      {filterItemsMax: 2},
    ));

  it('subscriptions need a WebSocket', () =>
    withNode(async (node) => {
      expect((await ask(node, 'eth_subscribe', ['newHeads'])).error).toMatchObject({code: -32601, message: expect.stringMatching(/^notifications not supported/)});
    }));
});
