import {describe, expect, it} from '@jest/globals';
import {Cluster, honestNodes, type ClusterPlan} from './support/cluster.ts';
import {NO_FAULTS, type Faults} from './support/network.ts';
import {plantFaults} from './support/schedule.ts';

const FAULTS_MS = 6000;
/** Virtual time within which a healed network must have moved on. */
const RECOVERY_MS = 30_000;

const ROUGH: Faults = {delayMs: [1, 60], loss: 0.1, duplication: 0.1, reorder: true};

async function survive(plan: ClusterPlan): Promise<Cluster> {
  const cluster = new Cluster(plan);
  await cluster.start();
  plantFaults(cluster, {durationMs: FAULTS_MS, downMax: 2});
  await cluster.scheduler.run(FAULTS_MS + 1);
  const healedAt = cluster.highest;
  const recovered = await cluster.reach(healedAt + 5n, FAULTS_MS + RECOVERY_MS);
  expect({seed: plan.seed, violations: cluster.violations, misbehaviour: cluster.network.misbehaviour}).toEqual({
    seed: plan.seed,
    violations: [],
    misbehaviour: [],
  });
  expect({seed: plan.seed, recovered}).toEqual({seed: plan.seed, recovered: true});
  return cluster;
}

describe('four validators under loss, delay, reordering, duplication, partitions and crashes', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])('agree and go on after heal, seed %i', async (seed) => {
    const cluster = await survive({seed, nodes: honestNodes(4), validators: 4, faults: ROUGH});
    expect(cluster.highest).toBeGreaterThan(5n);
  });

  it('follow the same course for the same seed', async () => {
    const plan = {seed: 77, nodes: honestNodes(4), validators: 4, faults: ROUGH};
    const first = await survive(plan);
    const second = await survive(plan);
    expect(second.trace.digest).toBe(first.trace.digest);
    expect(second.network.delivered).toBe(first.network.delivered);
  });
});

describe('unequal powers and a full node', () => {
  it.each([21, 22])('agree, seed %i', async (seed) => {
    await survive({
      seed,
      nodes: [...honestNodes(4), {name: 'full', validator: undefined}],
      validators: 4,
      powers: [1n, 2n, 3n, 4n],
      faults: {...NO_FAULTS, delayMs: [1, 40], loss: 0.05, reorder: true},
    });
  });
});
