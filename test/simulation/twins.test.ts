import {describe, expect, it} from '@jest/globals';
import {utf8} from '#proto';
import {Cluster, type NodePlan} from './support/cluster.ts';
import {NO_FAULTS} from './support/network.ts';

/** Three honest validators and one whose key runs on two nodes. */
const NODES: readonly NodePlan[] = [
  {name: 'n0', validator: 0},
  {name: 'n1', validator: 1},
  {name: 'n2', validator: 2},
  {name: 'twin-a', validator: 3},
  {name: 'twin-b', validator: 3},
];
const HONEST = 3;
const TROUBLE_MS = 5_000;

describe('an equivocating validator while the honest ones crash', () => {
  // 3090 once ended in a deadlock: replay re-armed timeouts that had not been running.
  it.each([3090, 41, 42, 43, 44, 45])('makes no fork and cannot stop the chain, seed %i', async (seed) => {
    const delayMs = [1, seed % 2 === 1 ? 20 : 100] as const;
    const cluster = new Cluster({seed, nodes: [...NODES], validators: 4, faults: {...NO_FAULTS, delayMs, reorder: true, loss: 0.05}});
    const {scheduler, network} = cluster;
    const {random} = scheduler;

    /** Cuts the network in two, one twin on each side, and may crash an honest node for a while. */
    const disturb = (at: number): void => {
      cluster.submit(utf8(`transaction at ${at}`));
      const names = NODES.map(({name}) => name).filter((name) => name !== 'twin-b');
      const cut = 1 + random.below(3);
      const shuffled = names.sort(() => random.unit() - 0.5);
      network.partition([shuffled.slice(0, cut), [...shuffled.slice(cut), 'twin-b']]);
      if (!random.chance(0.4)) return;
      const victim = cluster.nodes[random.below(HONEST)];
      if (victim === undefined || !victim.isUp) return;
      cluster.crash(victim);
      scheduler.after(random.between(10, 400), () => {
        if (!victim.isUp) void cluster.startNode(victim);
      });
    };

    await cluster.start();
    for (let at = 0; at < TROUBLE_MS; at += 100 + random.below(500)) scheduler.after(at, () => disturb(at));
    scheduler.after(TROUBLE_MS + 500, () => {
      network.heal();
      for (const node of cluster.nodes) if (!node.isUp) void cluster.startNode(node);
    });
    await scheduler.run(TROUBLE_MS + 501);
    const recovered = await cluster.reach(cluster.highest + 4n, 45_000);
    expect(cluster.violations).toEqual([]);
    expect(recovered).toBe(true);
  });
});
