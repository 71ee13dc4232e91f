/** A node that is killed does not lose what only it knows: transactions that its own users submitted and no block could take yet. */
import {describe, expect, it} from '@jest/globals';
import {createWalletClient, http, defineChain, type Hex} from 'viem';
import {mnemonicToAccount} from 'viem/accounts';
import {rpc, startDevnet, startNode, untilHeight} from '../support/devnet.ts';

const ALICE = mnemonicToAccount('test test test test test test test test test test test junk');
const RECIPIENT: Hex = '0x00000000000000000000000000000000000000aa';

describe('a transaction that waits', () => {
  it('is there again after kill -9, and after a stop, and what blocks took is not', async () => {
    const net = await startDevnet({validators: 1});
    const url = net.rpcUrl();
    const chain = defineChain({id: 72590, name: 'Qanat', nativeCurrency: {name: 'Qanat', symbol: 'QANAT', decimals: 18}, rpcUrls: {default: {http: [url]}}});
    const wallet = createWalletClient({account: ALICE, chain, transport: http(url)});
    const send = (nonce: number) => wallet.sendTransaction({to: RECIPIENT, value: 1n, nonce, gas: 21_000n, maxFeePerGas: 10n ** 11n, maxPriorityFeePerGas: 1n});
    const {home} = net.network.validators[0]!;
    let node: ReturnType<typeof startNode> | undefined;
    try {
      const taken = await send(0);
      for (;;) {
        if ((await rpc(url, 'eth_getTransactionReceipt', [taken])) !== null) break;
        await untilHeight(url, BigInt(await rpc<Hex>(url, 'eth_blockNumber')) + 1n);
      }
      // Behind a gap: no block takes them, whoever proposes.
      const waiting = [await send(2), await send(3)];
      process.kill(net.pids()[0]!, 'SIGKILL');
      await net.interrupt();

      for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
        node = startNode(home);
        await untilHeight(url, 1n);
        for (const hash of waiting) expect(await rpc(url, 'eth_getTransactionByHash', [hash])).toMatchObject({hash, blockHash: null});
        expect(await rpc(url, 'txpool_status')).toEqual({pending: '0x0', queued: '0x2'});
        node.process.kill(signal);
        await node.exited;
      }
      expect(node?.output()).toMatch(/transactions of the journal are in the pool again.*"admitted":2/);

      node = startNode(home);
      await untilHeight(url, 1n);
      await send(1);
      const height = BigInt(await rpc<Hex>(url, 'eth_blockNumber'));
      await untilHeight(url, height + 2n);
      expect(await rpc(url, 'eth_getTransactionCount', [ALICE.address, 'latest'])).toBe('0x4');
      node.process.kill('SIGTERM');
      expect(await node.exited).toBe(0);
    } finally {
      node?.process.kill('SIGKILL');
      await net.dispose();
    }
  }, 180_000);
});
