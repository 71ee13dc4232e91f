import {describe, expect, it} from '@jest/globals';
import {DEFAULT_CONSENSUS_PARAMS, toHex, utf8} from '#proto';
import {Cluster, FAST_OPTIONS, honestNodes, type NodePlan, type SimulatedNode} from './support/cluster.ts';
import type {KillPoint} from './support/disk.ts';
import {NO_FAULTS} from './support/network.ts';

/** Durable writes of about three blocks: signer, log, block store, results, application, state. */
const KILL_POINTS = 40;

describe('power loss before each durable write', () => {
  it('a validator alone goes on with the same chain', async () => {
    for (let writes = 0; writes < KILL_POINTS; writes++) {
      const cluster = new Cluster({
        seed: 1000 + writes,
        nodes: honestNodes(1),
        validators: 1,
        faults: NO_FAULTS,
        options: {...FAST_OPTIONS, emptyBlockIntervalMs: 20},
      });
      const node = cluster.nodes[0]!;
      cluster.crashDuring(node, writes);
      await start(cluster);
      cluster.submit(utf8('before the crash'));
      await cluster.scheduler.run(3000, () => !node.isUp);
      expect({writes, isUp: node.isUp}).toEqual({writes, isUp: false});
      await cluster.startNode(node);
      const recovered = await cluster.reach(node.height + 3n, cluster.scheduler.now + 5000);
      expect({writes, recovered, violations: cluster.violations}).toEqual({writes, recovered: true, violations: []});
    }
  });

  it('one of four agrees with the others again', async () => {
    for (let writes = 0; writes < KILL_POINTS; writes += 2) {
      const cluster = new Cluster({seed: 2000 + writes, nodes: honestNodes(4), validators: 4, faults: NO_FAULTS});
      await cluster.start();
      cluster.submit(utf8('before the crash'));
      const node = cluster.nodes[0]!;
      cluster.crashDuring(node, writes);
      await cluster.scheduler.run(3000, () => !node.isUp);
      await cluster.startNode(node);
      const recovered = await cluster.reach(cluster.highest + 3n, cluster.scheduler.now + 10_000);
      expect({writes, recovered, violations: cluster.violations}).toEqual({writes, recovered: true, violations: []});
    }
  });
});

/** Of a validator that proposes, votes, commits, prunes, and convicts the twins among its peers. */
const WRITES = [
  'application: commit',
  'block store: block',
  'block store: prune',
  'evidence: pending',
  'evidence: report',
  'evidence: update',
  'log: grounds of a signature',
  'log: own precommit',
  'log: own prevote',
  'log: own proposal',
  'signer: precommit',
  'signer: prevote',
  'signer: proposal',
  'state store: prune',
  'state store: response',
  'state store: state',
];

/** Of a node that takes over blocks which others decided, in groups: blocks, answers, state and the pool's height are one write. */
const GROUPED_WRITES = ['application: commit', 'block store: block'];

/** The same, one block at a time. */
const SYNC_WRITES = ['application: commit', 'block store: block', 'evidence: update', 'state store: response', 'state store: state'];

const WITH_TWINS: readonly NodePlan[] = [...honestNodes(3), {name: 'twin-a', validator: 3}, {name: 'twin-b', validator: 3}];

describe.each(['before', 'after'] as const)('power loss %s each kind of durable write', (when) => {
  it.each(WRITES)('%s', async (write) => {
    const cluster = await validators(1);
    await killed(cluster, cluster.node('n0'), {write, nth: when === 'before' ? 1 : 2, when});
  });

  it.each(SYNC_WRITES)('block sync, %s', async (write) => {
    const {cluster, node} = await behind({hasNoWriteGroup: true});
    await killed(cluster, node, {write, nth: 3, when});
  });

  it.each(GROUPED_WRITES)('block sync in groups, %s', async (write) => {
    for (const nth of [1, 2]) {
      const {cluster, node} = await behind({hasNoWriteGroup: false});
      await killed(cluster, node, {write, nth, when});
    }
  });
});

describe('the kinds of durable writes', () => {
  it('of consensus are all killed at', async () => {
    const cluster = await validators(1);
    const seen = watch(cluster.node('n0'));
    await cluster.scheduler.run(cluster.scheduler.now + 8000);
    // What is in the log already makes no write that could be lost.
    expect([...seen].filter((write) => write !== 'log: nothing new').sort()).toEqual(WRITES);
  });

  it.each([
    [SYNC_WRITES, {hasNoWriteGroup: true}],
    [GROUPED_WRITES, {hasNoWriteGroup: false}],
  ] as const)('of block sync are all killed at: %j', async (writes, options) => {
    const {cluster, node} = await behind(options);
    const seen = watch(node);
    await cluster.scheduler.run(cluster.scheduler.now + 5000, () => node.phases.at(-1) === 'consensus');
    expect([...seen].filter((write) => !/^(log|signer)/.test(write)).sort()).toEqual(writes);
  });
});

function watch(node: SimulatedNode): ReadonlySet<string> {
  const seen = new Set<string>();
  node.power.onWrite = (write) => seen.add(write);
  return seen;
}

const forgotten: string[] = [];

async function validators(seed: number): Promise<Cluster> {
  const {evidence} = DEFAULT_CONSENSUS_PARAMS;
  const cluster = new Cluster({
    seed,
    nodes: WITH_TWINS,
    validators: 4,
    faults: {...NO_FAULTS, delayMs: [1, 20], reorder: true},
    params: {...DEFAULT_CONSENSUS_PARAMS, evidence: {...evidence, maxAgeNumBlocks: 10n, maxAgeDurationNs: 1_000_000_000n}},
    onLog,
  });
  cluster.node('n0').appDisk.retainBlocks = 3n;
  await cluster.start();
  // What only one twin knows of makes them sign two blocks.
  for (let at = 0; at < 6000; at += 150) {
    cluster.scheduler.after(at, () => cluster.submit(utf8(`only one twin knows of ${at}`), [cluster.node(at % 300 === 0 ? 'twin-a' : 'twin-b')]));
  }
  return cluster;
}

async function behind(options: {readonly hasNoWriteGroup: boolean}): Promise<{cluster: Cluster; node: SimulatedNode}> {
  const cluster = new Cluster({seed: 9, nodes: honestNodes(4), validators: 4, faults: NO_FAULTS, options: {...FAST_OPTIONS, emptyBlockIntervalMs: 20}, onLog, ...options});
  await cluster.start('n0', 'n1', 'n2');
  await cluster.reach(60n, 60_000);
  const node = cluster.node('n3');
  await cluster.startNode(node);
  await cluster.scheduler.run(cluster.scheduler.now + 5000, () => node.phases.length > 0);
  expect(node.phases).toEqual(['blockSync']);
  return {cluster, node};
}

function onLog(_node: string, _level: string, {missing}: {missing?: string}): void {
  if (missing !== undefined) forgotten.push(missing);
}

/** Killed at the point, it comes back, agrees, signs nothing twice, has lost no transaction, and knows all that it promised. */
async function killed(cluster: Cluster, node: SimulatedNode, point: KillPoint): Promise<void> {
  forgotten.length = 0;
  cluster.submit(utf8('before the crash'), cluster.honest);
  node.power.cutAt(point);
  await cluster.scheduler.run(cluster.scheduler.now + 10_000, () => !node.isUp);
  expect({point, wasCut: node.power.wasCut, isUp: node.isUp}).toEqual({point, wasCut: true, isUp: false});
  const had = [...node.committed].map(([height, {blockId}]) => [height, toHex(blockId.hash)] as const);
  await cluster.startNode(node);
  const recovered = await cluster.reach(cluster.highest + 3n, cluster.scheduler.now + 20_000);
  expect({point, recovered, forgotten, violations: cluster.violations}).toEqual({point, recovered: true, forgotten: [], violations: []});
  for (const [height, hash] of had) expect(toHex(node.engine!.blockStore.loadBlockMeta(height)?.blockId.hash ?? node.committed.get(height)!.blockId.hash)).toBe(hash);
  const blocks = [...cluster.nodes[1]!.committed.values()].map(({block}) => block);
  expect(blocks.filter(({txs}) => txs.some((tx) => Buffer.from(tx).toString() === 'before the crash'))).toHaveLength(1);
}

/** The power may be lost during the very first start. */
async function start(cluster: Cluster): Promise<void> {
  const node = cluster.nodes[0]!;
  const {cutAfter} = node.power;
  // startNode restores the power; the cut that was planned before it must hold.
  node.power.restore = () => undefined;
  try {
    await cluster.startNode(node);
  } catch {
    cluster.crash(node);
  } finally {
    Reflect.deleteProperty(node.power, 'restore');
    expect(node.power.cutAfter).toBe(cutAfter);
  }
}
