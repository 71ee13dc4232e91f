/** Consensus parameters that the application changes. */
import {describe, expect, it} from '@jest/globals';
import {utf8} from '#proto';
import {limitTransaction} from './support/application.ts';
import {Cluster, honestNodes} from './support/cluster.ts';
import {NO_FAULTS} from './support/network.ts';

const MIB = 1_048_576n;

function cluster(seed: number, validators: number): Cluster {
  return new Cluster({seed, nodes: honestNodes(validators), validators, faults: NO_FAULTS});
}

describe('block.max_bytes', () => {
  it('holds from the block after the one that changes it', async () => {
    const chain = cluster(1, 4);
    await chain.start();
    await chain.reach(2n, 10_000);
    chain.submit(limitTransaction(MIB, 'smaller'));
    for (let i = 0; i < 3; i++) chain.submit(utf8(`${i} ${'x'.repeat(600_000)}`));
    expect(await chain.reach(chain.highest + 8n, 60_000)).toBe(true);
    const blocks = [...chain.nodes[0]!.committed.values()].map(({block}) => block);
    const changedAt = blocks.findIndex(({txs}) => txs.length > 0);
    // All that was pending fitted the old limit; or it came one by one under the new one.
    const after = blocks.slice(changedAt + 1).map(({txs}) => txs.reduce((sum, tx) => sum + tx.length, 0));
    expect(Math.max(...after)).toBeLessThan(Number(MIB));
    expect(chain.validity.transactions.size).toBe(4);
    expect(chain.violations).toEqual([]);
  });

  it('of a kind that no chain can have halts, and the message says so', async () => {
    const chain = cluster(2, 1);
    await chain.start();
    await chain.reach(1n, 10_000);
    // Smaller than the evidence that a block may carry.
    chain.submit(limitTransaction(1000n, 'too small'));
    const [node] = chain.nodes;
    await chain.scheduler.run(20_000, () => node!.halted !== undefined);
    expect(node!.halted?.message).toMatch(/^FinalizeBlock of height \d+ asks for consensus parameters that no chain can have: evidence\.max_bytes is 1048576, block\.max_bytes 1000/);
  });
});

describe('a block of more than a hundred parts', () => {
  it('is proposed, passed on in parts and committed', async () => {
    const chain = cluster(3, 4);
    await chain.start();
    await chain.reach(1n, 10_000);
    for (let i = 0; i < 7; i++) chain.submit(utf8(`${i} ${'x'.repeat(1_000_000)}`));
    expect(await chain.reach(chain.highest + 3n, 60_000)).toBe(true);
    const parts = [...chain.nodes[3]!.committed.values()].map(({blockId}) => blockId.partSetHeader.total);
    expect(Math.max(...parts)).toBeGreaterThan(100);
    expect(chain.violations).toEqual([]);
  });
});
