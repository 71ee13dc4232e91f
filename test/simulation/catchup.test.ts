import {describe, expect, it} from '@jest/globals';
import {toHex, utf8} from '#proto';
import {Cluster, FAST_OPTIONS, honestNodes} from './support/cluster.ts';
import {powerTransaction} from './support/application.ts';
import {NO_FAULTS} from './support/network.ts';

describe('a node that was away', () => {
  it('gets hundreds of blocks from its peers, from height 0, in seconds', async () => {
    const cluster = new Cluster({
      seed: 3,
      nodes: honestNodes(4),
      validators: 4,
      faults: NO_FAULTS,
      options: {...FAST_OPTIONS, emptyBlockIntervalMs: 20},
    });
    await cluster.start('n0', 'n1', 'n2');
    await cluster.reach(150n, 60_000);
    const target = cluster.highest;
    expect(target).toBeGreaterThanOrEqual(150n);
    const startedAt = cluster.scheduler.now;
    await cluster.start('n3');
    const caughtUp = await cluster.scheduler.run(startedAt + 10_000, () => cluster.node('n3').height >= target);
    expect(caughtUp).toBe(true);
    // Virtual time at 1 to 5 ms per message: three messages one after the other per block.
    expect((cluster.scheduler.now - startedAt) / Number(target)).toBeLessThan(25);
    expect(cluster.node('n3').committed.size).toBeGreaterThanOrEqual(Number(target));
    expect(cluster.violations).toEqual([]);
  });

  it('votes again after it has come back', async () => {
    const cluster = new Cluster({seed: 4, nodes: honestNodes(4), validators: 4, faults: NO_FAULTS});
    await cluster.start();
    await cluster.reach(3n, 10_000);
    cluster.crash(cluster.node('n2'));
    await cluster.scheduler.run(cluster.scheduler.now + 2000);
    await cluster.startNode(cluster.node('n2'));
    await cluster.reach(cluster.highest + 1n, 30_000);
    // With n3 gone the chain needs n2's votes.
    cluster.crash(cluster.node('n3'));
    const target = cluster.highest + 3n;
    expect(await cluster.reach(target, cluster.scheduler.now + 20_000)).toBe(true);
    expect(cluster.violations).toEqual([]);
  });
});

describe('blocks on demand', () => {
  it('proposes work at once, then one empty block, then none until the interval is over', async () => {
    const cluster = new Cluster({
      seed: 6,
      nodes: honestNodes(4),
      validators: 4,
      faults: NO_FAULTS,
      options: {...FAST_OPTIONS, emptyBlockIntervalMs: 10_000},
    });
    await cluster.start();
    await cluster.reach(1n, 5000);
    await cluster.scheduler.run(5000);
    expect(cluster.highest).toBe(1n);
    cluster.submit(utf8('work'));
    await cluster.scheduler.run(5060);
    expect(cluster.highest).toBe(2n);
    expect(cluster.node('n0').committed.get(2n)?.block.txs).toHaveLength(1);
    await cluster.scheduler.run(5400);
    expect(cluster.highest).toBe(3n);
    expect(cluster.node('n0').committed.get(3n)?.block.txs).toHaveLength(0);
    await cluster.scheduler.run(14_000);
    expect(cluster.highest).toBe(3n);
    await cluster.scheduler.run(16_000);
    expect(cluster.highest).toBe(4n);
  });

  it('runs alone', async () => {
    const cluster = new Cluster({
      seed: 7,
      nodes: honestNodes(1),
      validators: 1,
      faults: NO_FAULTS,
      options: {...FAST_OPTIONS, emptyBlockIntervalMs: 0, commitMs: 0},
    });
    await cluster.start();
    // Every height begins in a task of its own, so other tasks run in between even at full speed.
    // The clock may be some milliseconds before the genesis time; from then on no time passes.
    expect(await cluster.scheduler.run(30, () => cluster.highest >= 300n)).toBe(true);
    expect(cluster.scheduler.now).toBeLessThan(30);
    expect(cluster.violations).toEqual([]);
  });
});

describe('changes of validators', () => {
  it('decide from two heights after the block that asked for them', async () => {
    const cluster = new Cluster({seed: 8, nodes: honestNodes(4), validators: 4, faults: NO_FAULTS});
    await cluster.start();
    await cluster.reach(2n, 10_000);
    const key = cluster.keys[3]!;
    cluster.submit(powerTransaction(toHex(key.publicKey), 25));
    expect(await cluster.reach(8n, 20_000)).toBe(true);
    const {engine, committed} = cluster.node('n0');
    const changedAt = [...committed.values()].find(({block}) => block.txs.length > 0)?.block.header.height ?? 0n;
    const powerAt = (height: bigint): bigint | undefined =>
      engine?.validatorsAt(height)?.validators.find(({address}) => toHex(address) === toHex(key.address))?.votingPower;
    expect(powerAt(changedAt + 1n)).toBe(10n);
    expect(powerAt(changedAt + 2n)).toBe(25n);
    expect(cluster.violations).toEqual([]);
  });
});
