/** A node that begins from a snapshot, in the middle of all that can go wrong: whole, and killed at every write on the way. */
import {describe, expect, it} from '@jest/globals';
import {utf8} from '#proto';
import {Cluster, FAST_OPTIONS, honestNodes, type SimulatedNode} from './support/cluster.ts';
import {NO_FAULTS} from './support/network.ts';
import {drawScenario} from './support/scenario.ts';

const SNAPSHOT_INTERVAL = 20n;

/** Three validators of four at height 30, and a full node that has nothing yet. */
async function behind(seed: number, nodes = honestNodes(4)): Promise<{cluster: Cluster; late: SimulatedNode}> {
  const cluster = new Cluster({
    seed,
    nodes: [...nodes, {name: 'late', validator: undefined, syncsState: true}],
    validators: 4,
    faults: NO_FAULTS,
    options: {...FAST_OPTIONS, emptyBlockIntervalMs: 100},
  });
  for (const node of cluster.nodes) node.appDisk.snapshotInterval = SNAPSHOT_INTERVAL;
  await cluster.start(...nodes.map(({name}) => name));
  for (let at = 0; at < 30_000; at += 300) cluster.scheduler.after(at, () => cluster.submit(utf8(`transaction at ${at}`)));
  await cluster.reach(30n, 60_000);
  return {cluster, late: cluster.node('late')};
}

/** At the head, with a state like everybody's, and the headers before its snapshot. */
async function expectWhole(cluster: Cluster, late: SimulatedNode): Promise<void> {
  const goal = cluster.highest + 5n;
  const isWhole = (): boolean => late.height >= goal && late.engine?.backfill.position === undefined;
  expect(await cluster.scheduler.run(cluster.scheduler.now + 60_000, isWhole)).toBe(true);
  cluster.finish();
  expect(cluster.violations).toEqual([]);
  const first = [...late.committed.keys()].reduce((a, b) => (a < b ? a : b));
  expect(first).toBeGreaterThan(SNAPSHOT_INTERVAL);
  const store = late.engine!.blockStore;
  const other = cluster.node('n0').engine!.blockStore;
  for (let height = 1n; height < first; height++) expect(store.loadBlockMeta(height)?.header).toEqual(other.loadBlockMeta(height)?.header);
}

describe('a node that begins from a snapshot', () => {
  it('follows the chain and fetches the headers before it', async () => {
    const {cluster, late} = await behind(1);
    void cluster.startNode(late);
    await expectWhole(cluster, late);
  });

  it('is not misled by the third of its neighbours that lies', async () => {
    const nodes = honestNodes(4).map((plan) => (plan.name === 'n3' ? {...plan, byzantine: ['silent' as const, 'garbage' as const]} : plan));
    const {cluster, late} = await behind(2, nodes);
    void cluster.startNode(late);
    await expectWhole(cluster, late);
  });

  it('waits for servers that are away', async () => {
    const {cluster, late} = await behind(3);
    for (const name of ['n1', 'n2', 'n3']) cluster.crash(cluster.node(name));
    void cluster.startNode(late);
    await cluster.scheduler.run(cluster.scheduler.now + 20_000);
    expect(late.committed.size).toBe(0);
    await cluster.start('n1', 'n2', 'n3');
    await expectWhole(cluster, late);
  });

  it('is killed at each of its first writes, one after the other, and comes through', async () => {
    const {cluster, late} = await behind(4);
    let kills = 0;
    const seen = new Set<string>();
    late.power.onWrite = (write) => seen.add(write);
    for (let writes = 0; writes < 25; writes++) {
      void startUnlessCut(cluster, late, writes);
      if (await cluster.scheduler.run(cluster.scheduler.now + 8_000, () => !late.isUp)) kills++;
      if (late.isUp) cluster.crash(late);
    }
    expect(kills).toBeGreaterThanOrEqual(20);
    expect([...seen]).toContain('application: snapshot');
    late.power.restore();
    void cluster.startNode(late);
    await expectWhole(cluster, late);
  });

  it('is drawn in scenarios', () => {
    const syncing = Array.from({length: 200}, (_, seed) => drawScenario(seed, 'joiners').nodes.some(({syncsState}) => syncsState === true));
    expect(syncing.filter(Boolean).length).toBeGreaterThan(20);
  });
});

/** `startNode` gives the power back: it is to go again after so many writes. */
async function startUnlessCut(cluster: Cluster, late: SimulatedNode, writes: number): Promise<void> {
  const started = cluster.startNode(late);
  cluster.crashDuring(late, writes);
  await started;
}
