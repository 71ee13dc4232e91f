/** Every checker sees what it looks for: each promise is broken on purpose, in a running network, and the checker says so. */
import {describe, expect, it} from '@jest/globals';
import {DEFAULT_CONSENSUS_PARAMS, utf8} from '#proto';
import {emptyApplicationDisk} from './support/application.ts';
import type {Behaviour} from './support/byzantine/behaviours.ts';
import {Cluster, honestNodes, type ClusterPlan, type SimulatedNode} from './support/cluster.ts';
import {NO_FAULTS} from './support/network.ts';
import {runScenario} from './support/run.ts';
import {drawScenario} from './support/scenario.ts';

/** Virtual time within which the checker has to speak. */
const SOON_MS = 10_000;

function clusterOf(plan: Partial<ClusterPlan> = {}): Cluster {
  return new Cluster({seed: 7, nodes: honestNodes(4), validators: 4, faults: NO_FAULTS, ...plan});
}

/** Three honest validators, and a liar that the checkers take for the fourth. */
function withLiar(...byzantine: Behaviour[]): Cluster {
  return clusterOf({nodes: [...honestNodes(3), {name: 'n3', validator: 3, byzantine, passesForHonest: true}]});
}

/** First violation that matches. */
async function awaitViolation(cluster: Cluster, pattern: RegExp): Promise<string | undefined> {
  const find = (): string | undefined => cluster.violations.find((violation) => pattern.test(violation));
  await cluster.scheduler.run(cluster.scheduler.now + SOON_MS, () => find() !== undefined);
  return find();
}

/** A network at some height, and its last node, on which something is about to break. */
async function running(cluster: Cluster): Promise<SimulatedNode> {
  await cluster.start();
  await cluster.reach(3n, SOON_MS);
  expect(cluster.violations).toEqual([]);
  return cluster.node('n3');
}

describe('the checkers see', () => {
  it('double sign: an honest key with two votes', async () => {
    const cluster = withLiar('doubleVotes');
    await cluster.start();
    expect(await awaitViolation(cluster, /^double sign at height 1: \w+ 1\/0 vote [12]: \w+ and \w+$/)).toBeDefined();
  });

  it('double sign: an honest key with two proposals', async () => {
    const cluster = withLiar('twoProposals');
    await cluster.start();
    expect(await awaitViolation(cluster, /^double sign at height \d+: \w+ \d+\/0 proposal: /)).toBeDefined();
  });

  it('app hash: an application that comes to another result', async () => {
    const cluster = clusterOf();
    const node = await running(cluster);
    node.appDisk.appHash = utf8('another state'.padEnd(32));
    expect(await awaitViolation(cluster, /^app hash at height \d+: n\d has \w+, n\d \w+$/)).toBeDefined();
  });

  it('halt: a node that stops with an error', async () => {
    const cluster = clusterOf();
    const node = await running(cluster);
    cluster.crash(node);
    node.appDisk.height += 5n;
    await cluster.startNode(node);
    expect(await awaitViolation(cluster, /^halt at height \d+: n3: /)).toBeDefined();
  });

  it('durability and heights: a disk that is empty after a crash', async () => {
    const cluster = clusterOf();
    const node = await running(cluster);
    cluster.crash(node);
    node.store.wipe();
    node.log.wipe();
    Object.assign(node.appDisk, emptyApplicationDisk());
    await cluster.startNode(node);
    expect(await awaitViolation(cluster, /^durability at height \d+: n3 had committed it, and comes back with 0$/)).toBeDefined();
    expect(await awaitViolation(cluster, /^heights at height 1: n3 commits it again, having been at \d+$/)).toBeDefined();
  });

  it('durability: a log that keeps nothing of what is synced', async () => {
    const cluster = clusterOf();
    cluster.node('n3').log.sync = () => undefined;
    await cluster.start();
    expect(await awaitViolation(cluster, /^durability at height 1: n3 sends 1\/0\/\w+, which its log does not hold$/)).toBeDefined();
  });

  it('durability: a last-sign file that stays as it was', async () => {
    const cluster = clusterOf();
    const node = await running(cluster);
    node.signerState.writeSync = () => undefined;
    expect(await awaitViolation(cluster, /^durability at height \d+: n3 sends \S+, its last-sign file is at /)).toBeDefined();
  });

  it('validity: a transaction that nobody submitted', async () => {
    const cluster = clusterOf();
    await running(cluster);
    for (const node of cluster.nodes) node.mempool.add(utf8('from nowhere'));
    expect(await awaitViolation(cluster, /^validity at height \d+: transaction \w+ was submitted by nobody$/)).toBeDefined();
  });

  it('evidence: against one who is honest', async () => {
    const cluster = withLiar('doubleVotes');
    await cluster.start();
    expect(await awaitViolation(cluster, /^evidence at height \d+: against \w+, who is honest$/)).toBeDefined();
  });

  it('evidence: none in any block, when parameters leave no room for it', async () => {
    const {evidence} = DEFAULT_CONSENSUS_PARAMS;
    const cluster = clusterOf({
      nodes: [...honestNodes(3), {name: 'n3', validator: 3, byzantine: ['doubleVotes']}],
      params: {...DEFAULT_CONSENSUS_PARAMS, evidence: {...evidence, maxBytes: 0n}},
    });
    await cluster.start();
    cluster.evidence.isQuiet = true;
    await cluster.reach(15n, SOON_MS);
    expect(cluster.violations).toEqual([]);
    cluster.finish();
    expect(cluster.violations.join('\n')).toMatch(/^evidence at height \d+: \w+ voted twice \(.*\), and no block up to \d+ says so$/);
  });

  it('accusation: an honest node that is reported', async () => {
    const cluster = withLiar('garbage');
    await cluster.start();
    expect(await awaitViolation(cluster, /^accusation at height \d+: n\d reports the honest n3: /)).toBeDefined();
  });

  it('liveness: a network that stays in two halves', async () => {
    const nodes = honestNodes(4);
    const scenario = {...drawScenario(7, 'crashes'), nodes, validators: 4, powers: [1n, 1n, 1n, 1n], troubles: [], lateJoiners: [], churn: []};
    const {violations} = await runScenario(scenario, {
      recoveryMs: SOON_MS,
      prepare: ({network}) => {
        network.partition([['n0', 'n1'], ['n2', 'n3']]);
        network.heal = () => undefined;
      },
    });
    expect(violations).toHaveLength(1);
    expect(violations[0]).toMatch(/^liveness at height 0: 10000 ms after all was well, not everybody is at 10: n0 at 0, n1 at 0, n2 at 0, n3 at 0$/);
  });
});
