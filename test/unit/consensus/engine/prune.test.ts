/** What an application lets go of goes with what was answered to it, but not while evidence may speak of it. */
import {describe, expect, it} from '@jest/globals';
import {DEFAULT_CONSENSUS_PARAMS} from '#proto';
import type {ConsensusEngine} from '#consensus/engine';
import {Cluster, honestNodes} from '../../../simulation/support/cluster.ts';
import {NO_FAULTS} from '../../../simulation/support/network.ts';

const RETAINED_BLOCKS = 3n;

/** A chain of one validator whose application keeps three blocks. */
async function chainOf(evidence: {readonly maxAgeNumBlocks: bigint; readonly maxAgeDurationNs: bigint}): Promise<ConsensusEngine> {
  const cluster = new Cluster({seed: 4, nodes: honestNodes(1), validators: 1, faults: NO_FAULTS});
  const params = {...DEFAULT_CONSENSUS_PARAMS, evidence: {...DEFAULT_CONSENSUS_PARAMS.evidence, ...evidence}};
  (cluster as {genesis: Cluster['genesis']}).genesis = {...cluster.genesis, consensusParams: params};
  const [node] = cluster.nodes;
  node!.appDisk.retainBlocks = RETAINED_BLOCKS;
  await cluster.start();
  expect(await cluster.reach(20n, 100_000)).toBe(true);
  expect(cluster.violations).toEqual([]);
  return node!.engine!;
}

describe('pruning', () => {
  it('drops blocks and results together', async () => {
    const engine = await chainOf({maxAgeNumBlocks: 1n, maxAgeDurationNs: 1n});
    const {base, height} = engine.blockStore;
    expect(base).toBe(height - RETAINED_BLOCKS);
    for (let at = 1n; at <= height; at++) {
      const isKept = at >= base;
      expect(engine.blockStore.loadBlock(at) !== undefined).toBe(isKept);
      expect(engine.blockResults(at) !== undefined).toBe(isKept);
      expect(engine.validatorsAt(at)).toBeDefined();
    }
  });

  it('keeps what evidence within its age by blocks may speak of', async () => {
    const {blockStore} = await chainOf({maxAgeNumBlocks: 8n, maxAgeDurationNs: 1n});
    expect(blockStore.base).toBe(blockStore.height - 8n);
  });

  it('keeps what evidence within its age by time may speak of', async () => {
    const {blockStore} = await chainOf({maxAgeNumBlocks: 1n, maxAgeDurationNs: 3_600_000_000_000n});
    expect(blockStore.base).toBe(1n);
  });
});
