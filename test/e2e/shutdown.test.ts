/** A node that is told to stop while transactions pour in: it ends by itself, in time, and keeps all that it said was committed. */
import {describe, expect, it} from '@jest/globals';
import {setTimeout as pause} from 'node:timers/promises';
import {rpc} from '../support/devnet.ts';
import {ProcessNetwork} from '../support/processes.ts';
import {Traffic} from './manifests/traffic.ts';

const RECEIPTS = 30;
const STOPS = 2;

describe('SIGTERM under load', () => {
  it('ends the process with code 0, and no committed transaction is lost', async () => {
    const network = await ProcessNetwork.create({validators: 1, blockIntervalMs: 100});
    const [node] = network.validators;
    try {
      await network.start();
      const traffic = new Traffic(network, 5);
      await traffic.start();
      for (let stops = 1; stops <= STOPS; stops++) {
        while (traffic.receipts.size < RECEIPTS * stops) await pause(20);
        const known = [...traffic.receipts];
        // `stop` sends SIGKILL after the node's own bound; the code is null then.
        expect(await node!.stop()).toBe(0);
        await node!.start();
        for (const [hash, block] of known) {
          expect((await rpc<{blockHash: string} | null>(node!.ethUrl, 'eth_getTransactionReceipt', [hash]))?.blockHash).toBe(block);
        }
      }
      expect(await traffic.settle(60_000)).toBeGreaterThanOrEqual(RECEIPTS * STOPS);
    } finally {
      await network.dispose();
    }
  }, 180_000);
});

describe('a second signal', () => {
  it('ends a node at once; the next start makes the rest good', async () => {
    const network = await ProcessNetwork.create({validators: 1, blockIntervalMs: 100});
    const [node] = network.validators;
    try {
      await network.start();
      // Both wait for a stopped process, so the second comes before the first is done with.
      node!.pause();
      process.kill(node!.pid, 'SIGTERM');
      process.kill(node!.pid, 'SIGINT');
      expect(await node!.stop()).toBe(130);
      expect(node!.output).toContain('stopped at once');
      await node!.start();
      expect(await node!.stop()).toBe(0);
    } finally {
      await network.dispose();
    }
  }, 120_000);
});
