import {describe, expect, it} from '@jest/globals';
import {utf8} from '#proto';
import {Cluster, FAST_OPTIONS, honestNodes} from './support/cluster.ts';
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
