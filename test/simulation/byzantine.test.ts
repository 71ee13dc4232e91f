import {describe, expect, it} from '@jest/globals';
import {utf8} from '#proto';
import {Cluster, FAST_OPTIONS, honestNodes, type NodePlan} from './support/cluster.ts';
import {NO_FAULTS} from './support/network.ts';

/**
 * Twins (Bano et al., "Twins: BFT systems made robust"): a validator that equivocates is two nodes with one key, which do not know of
 * each other. Each side of a partition hears one of them.
 */
const EASY = {...NO_FAULTS, delayMs: [1, 20] as const};

describe('equivocating validators', () => {
  it('two of four can make a fork: the checkers see it', async () => {
    const nodes: NodePlan[] = [
      {name: 'left', validator: 0},
      {name: 'right', validator: 1},
      {name: 'b-left', validator: 2},
      {name: 'b-right', validator: 2},
      {name: 'c-left', validator: 3},
      {name: 'c-right', validator: 3},
    ];
    const cluster = new Cluster({seed: 5, nodes, validators: 4, faults: EASY});
    cluster.network.partition([
      ['left', 'b-left', 'c-left'],
      ['right', 'b-right', 'c-right'],
    ]);
    await cluster.start();
    cluster.submit(utf8('only on the left'), [cluster.node('left')]);
    await cluster.scheduler.run(5000, () => cluster.violations.length > 0);
    expect(cluster.violations[0]).toMatch(/^agreement at height .*fork/);
  });

  it.each([31, 32, 33, 34])('one of four cannot make a fork nor stop the others, seed %i', async (seed) => {
    const nodes: NodePlan[] = [
      {name: 'n0', validator: 0},
      {name: 'n1', validator: 1},
      {name: 'n2', validator: 2},
      {name: 'twin-a', validator: 3},
      {name: 'twin-b', validator: 3},
    ];
    const cluster = new Cluster({seed, nodes, validators: 4, faults: {...EASY, reorder: true, loss: 0.05}});
    const {random} = cluster.scheduler;
    await cluster.start();
    for (let at = 0; at < 5000; at += 400) {
      cluster.scheduler.after(at, () => {
        cluster.submit(utf8(`transaction at ${at}`));
        const names = nodes.map(({name}) => name).filter((name) => name !== 'twin-b');
        const cut = 1 + random.below(3);
        const shuffled = names.sort(() => random.unit() - 0.5);
        cluster.network.partition([shuffled.slice(0, cut), [...shuffled.slice(cut), 'twin-b']]);
      });
    }
    cluster.scheduler.after(5000, () => cluster.network.heal());
    await cluster.scheduler.run(5001);
    const healedAt = cluster.highest;
    const recovered = await cluster.reach(healedAt + 5n, 40_000);
    expect(cluster.violations).toEqual([]);
    expect(recovered).toBe(true);
  });
});

describe('a validator that prevotes as soon as a height begins', () => {
  const hasty: readonly NodePlan[] = [...honestNodes(3), {name: 'hasty', validator: 3, byzantine: ['hasty']}];
  const options = {...FAST_OPTIONS, emptyBlockIntervalMs: 1000};

  it('does not make an idle chain run empty at full speed', async () => {
    const cluster = new Cluster({seed: 41, nodes: hasty, validators: 4, faults: EASY, options});
    await cluster.start();
    await cluster.scheduler.run(20_000);
    expect(cluster.violations).toEqual([]);
    expect(cluster.highest).toBeGreaterThan(10n);
    // One a second, and where it proposes itself one more.
    expect(cluster.highest).toBeLessThan(40n);
  });

  it('is believed again once there are transactions', async () => {
    const cluster = new Cluster({seed: 42, nodes: hasty, validators: 4, faults: EASY, options});
    await cluster.start();
    await cluster.scheduler.run(5000);
    cluster.submit(utf8('work'));
    const from = cluster.highest;
    await cluster.scheduler.run(5500, () => [...cluster.node('n0').committed.values()].some(({block}) => block.txs.length > 0));
    expect(cluster.highest).toBeLessThanOrEqual(from + 2n);
    expect(await cluster.reach(from + 5n, 20_000)).toBe(true);
    expect(cluster.violations).toEqual([]);
  });
});
