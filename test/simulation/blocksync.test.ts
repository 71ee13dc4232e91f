/** Block sync between production engines: from far behind, over a bad network, among liars, with crashes, and back to voting. */
import {describe, expect, it} from '@jest/globals';
import {decodeBlockSyncMessage, DEFAULT_CONSENSUS_PARAMS, encodeBlockSyncMessage, type BlockSyncMessage} from '#proto';
import {BlockStore, Channel, type PeerNetwork} from '#consensus/engine';
import {StateStore} from '../../consensus/engine/store/stateStore.ts';
import {Cluster, FAST_OPTIONS, honestNodes, type ClusterPlan} from './support/cluster.ts';
import {NO_FAULTS} from './support/network.ts';

const QUICK = {...FAST_OPTIONS, emptyBlockIntervalMs: 20};

function plan(seed: number, changes: Partial<ClusterPlan> = {}): ClusterPlan {
  return {seed, nodes: honestNodes(4), validators: 4, faults: NO_FAULTS, options: QUICK, ...changes};
}

/** n0, n1 and n2 are at `height`, n3 has not been started. */
async function chainOf(height: bigint, seed: number, changes: Partial<ClusterPlan> = {}): Promise<Cluster> {
  const cluster = new Cluster(plan(seed, changes));
  await cluster.start('n0', 'n1', 'n2');
  expect(await cluster.reach(height, 120_000)).toBe(true);
  return cluster;
}

/** n3 comes to where the others are, by block sync, and votes: without it three of four would need all. */
async function joins(cluster: Cluster, withinMs = 60_000): Promise<void> {
  const n3 = cluster.node('n3');
  const target = cluster.highest;
  await cluster.start('n3');
  expect(await cluster.scheduler.run(cluster.scheduler.now + withinMs, () => n3.height >= target && n3.phases.at(-1) === 'consensus')).toBe(true);
  expect(n3.phases).toContain('blockSync');
  expect(n3.engine?.isCatchingUp).toBe(false);
  await needsVotesOf(cluster);
}

async function needsVotesOf(cluster: Cluster): Promise<void> {
  cluster.crash(cluster.node('n2'));
  expect(await cluster.reach(cluster.highest + 3n, cluster.scheduler.now + 30_000)).toBe(true);
  expect(broken(cluster)).toEqual([]);
}

/** Broken promises. The cluster holds n1 for honest; where a test makes it lie, it is reported rightly. */
function broken(cluster: Cluster): string[] {
  return liars.has(cluster) ? cluster.violations.filter((violation) => !violation.includes('reports the honest n1')) : [...cluster.violations];
}

/** Clusters whose n1 lies. */
const liars = new WeakSet<Cluster>();

/** What a node sends on the block-sync channel, as `change` has it: nothing, or other messages. */
function corrupt(cluster: Cluster, liar: string, change: (message: BlockSyncMessage, peer: string) => readonly BlockSyncMessage[]): void {
  liars.add(cluster);
  const {network} = cluster;
  cluster.madeToLie.add(liar);
  const connect = network.connect.bind(network);
  network.connect = (name): PeerNetwork => {
    const honest = connect(name);
    if (name !== liar) return honest;
    return {
      ...honest,
      send: (peer, channel, bytes) => {
        if (channel !== Channel.BlockSync) return honest.send(peer, channel, bytes);
        for (const message of change(decodeBlockSyncMessage(bytes), peer)) honest.send(peer, channel, encodeBlockSyncMessage(message));
        return true;
      },
    };
  };
}

function reportsOf(cluster: Cluster, peer: string): string[] {
  return cluster.network.misbehaviour.filter((report) => report.peer === peer && report.by === 'n3').map(({reason}) => reason);
}

describe('a node that is hundreds of blocks behind', () => {
  it('joins by block sync, quickly, and votes', async () => {
    const cluster = await chainOf(350n, 101);
    const startedAt = cluster.scheduler.now;
    await joins(cluster, 5000);
    expect(cluster.node('n3').phases).toEqual(['blockSync', 'consensus']);
    expect(cluster.scheduler.now - startedAt).toBeLessThan(10_000);
    expect(cluster.network.misbehaviour).toEqual([]);
  });

  it('joins over a network that loses messages', async () => {
    const cluster = await chainOf(320n, 102);
    cluster.network.faults = {...NO_FAULTS, loss: 0.03};
    const n3 = cluster.node('n3');
    const target = cluster.highest;
    await cluster.start('n3');
    expect(await cluster.scheduler.run(cluster.scheduler.now + 300_000, () => n3.height >= target)).toBe(true);
    expect(n3.phases).toContain('blockSync');
    expect(broken(cluster)).toEqual([]);
  });

  it('goes on when peers crash in the middle', async () => {
    const cluster = await chainOf(320n, 103);
    const n3 = cluster.node('n3');
    await cluster.start('n3');
    expect(await cluster.scheduler.run(cluster.scheduler.now + 10_000, () => n3.height >= 100n)).toBe(true);
    cluster.crash(cluster.node('n0'));
    cluster.crash(cluster.node('n1'));
    expect(await cluster.scheduler.run(cluster.scheduler.now + 10_000, () => n3.height >= 300n)).toBe(true);
    await cluster.start('n0', 'n1');
    expect(await cluster.reach(cluster.highest + 5n, cluster.scheduler.now + 60_000)).toBe(true);
    expect(broken(cluster)).toEqual([]);
  });

  it('recovers from a power loss at each write of the sync', async () => {
    const cluster = await chainOf(120n, 104);
    const n3 = cluster.node('n3');
    for (let writes = 0; writes < 16; writes++) {
      // So far ahead of n3 that it will sync.
      await cluster.reach(cluster.highest + 25n, cluster.scheduler.now + 5000);
      const before = n3.phases.length;
      await cluster.start('n3');
      expect(await cluster.scheduler.run(cluster.scheduler.now + 2000, () => n3.phases.length > before)).toBe(true);
      cluster.crashDuring(n3, writes);
      await cluster.scheduler.run(cluster.scheduler.now + 2000, () => !n3.isUp);
      expect(n3.isUp).toBe(false);
    }
    await joins(cluster);
  });
});

describe('a liar among the peers', () => {
  it('that gives blocks of its own is found out, and nobody else', async () => {
    const cluster = await chainOf(320n, 111);
    await restart(cluster, 'n1', (message) => {
      if (message.type !== 'blockResponse' || message.height < 20n) return [message];
      // Block and proofs of another height: well-formed, and a lie.
      const other = cluster.node('n1').engine?.blockStore;
      const meta = other?.loadBlockMeta(message.height - 1n);
      const part = other?.loadPartBytes(message.height - 1n, 0);
      return meta === undefined || part === undefined ? [] : [{...message, partSetHeader: meta.blockId.partSetHeader, part}];
    });
    await joins(cluster);
    expect(reportsOf(cluster, 'n1')).toHaveLength(1);
    expect(reportsOf(cluster, 'n0').concat(reportsOf(cluster, 'n2'))).toEqual([]);
  });

  it('that claims 2^62 blocks is reported at once', async () => {
    const cluster = await chainOf(100n, 112);
    await restart(cluster, 'n1', (message) => [message.type === 'statusResponse' ? {...message, height: 2n ** 62n} : message]);
    await joins(cluster);
    expect(reportsOf(cluster, 'n1')).toEqual([expect.stringContaining('claims height 4611686018427387904')]);
  });

  it('that claims a million blocks and delivers none stops no validator from voting', async () => {
    const cluster = new Cluster(plan(113));
    corrupt(cluster, 'n1', (message) => {
      if (message.type === 'statusResponse') return [{...message, base: 1n, height: 1_000_000n}];
      return message.type === 'blockResponse' || message.type === 'noBlockResponse' ? [] : [message];
    });
    await cluster.start();
    // Four of four have to vote as soon as one is gone.
    cluster.crash(cluster.node('n2'));
    expect(await cluster.reach(100n, 60_000)).toBe(true);
    await cluster.scheduler.run(cluster.scheduler.now + 30_000);
    expect(cluster.nodes.flatMap(({phases}) => phases)).toEqual([]);
    expect(reportsOf(cluster, 'n1')).toEqual(['does not deliver blocks that it says it has']);
    expect(broken(cluster)).toEqual([]);
  });

  it('that claims more than there is after delivering what there is holds a joiner up for seconds only', async () => {
    const cluster = await chainOf(200n, 114);
    await restart(cluster, 'n1', (message) => [message.type === 'statusResponse' ? {...message, height: message.height + 10_000n} : message].filter((m) => m.type !== 'noBlockResponse'));
    const startedAt = cluster.scheduler.now;
    await joins(cluster, 15_000);
    expect(cluster.scheduler.now - startedAt).toBeLessThan(20_000);
  });
});

describe('a validator that was cut off for long', () => {
  it('comes back by block sync and votes again', async () => {
    const cluster = new Cluster(plan(121));
    await cluster.start();
    await cluster.reach(5n, 10_000);
    cluster.network.partition([['n0', 'n1', 'n2'], ['n3']]);
    const n3 = cluster.node('n3');
    const from = n3.height;
    await cluster.scheduler.run(cluster.scheduler.now + 60_000, () => cluster.node('n0').height >= from + 300n);
    cluster.network.heal();
    expect(await cluster.scheduler.run(cluster.scheduler.now + 30_000, () => n3.height + 2n >= cluster.highest && n3.phases.at(-1) === 'consensus')).toBe(true);
    expect(n3.phases).toEqual(['blockSync', 'consensus']);
    await needsVotesOf(cluster);
  });

  it('a short way behind, it needs no block sync', async () => {
    const cluster = new Cluster(plan(122, {options: FAST_OPTIONS}));
    await cluster.start();
    await cluster.reach(5n, 10_000);
    cluster.network.partition([['n0', 'n1', 'n2'], ['n3']]);
    await cluster.scheduler.run(cluster.scheduler.now + 1500);
    cluster.network.heal();
    expect(await cluster.reach(cluster.highest + 3n, cluster.scheduler.now + 30_000)).toBe(true);
    expect(cluster.node('n3').phases).toEqual([]);
    expect(broken(cluster)).toEqual([]);
  });
});

describe('a node that begins after a snapshot', () => {
  it('syncs from the height after it, with no block before', async () => {
    const cluster = await chainOf(100n, 131);
    const donor = cluster.node('n0');
    const n3 = cluster.node('n3');
    const state = donor.engine!.chainState;
    const height = state.lastBlockHeight;
    const commit = donor.engine!.blockStore.loadSeenCommit(height)!;
    Object.assign(n3.appDisk, donor.appDisk);
    await new BlockStore(n3.store).beginAfter(height, commit.blockId, commit);
    await new StateStore(n3.store).bootstrap({...state, lastHeightValidatorsChanged: height + 2n});
    await cluster.reach(height + 100n, cluster.scheduler.now + 30_000);
    await joins(cluster);
    const {blockStore} = n3.engine!;
    expect(blockStore.base).toBe(height + 1n);
    expect(n3.engine!.validatorsAt(height + 50n)?.validators).toHaveLength(4);
    // And after a restart.
    cluster.crash(n3);
    await cluster.start('n2', 'n3');
    expect(await cluster.reach(cluster.highest + 3n, cluster.scheduler.now + 20_000)).toBe(true);
    expect(broken(cluster)).toEqual([]);
  });
});

async function restart(cluster: Cluster, liar: string, change: Parameters<typeof corrupt>[2]): Promise<void> {
  cluster.crash(cluster.node(liar));
  corrupt(cluster, liar, change);
  await cluster.start(liar);
}

describe('a node that keeps few blocks', () => {
  it('does not let go of those that a crash in the middle of a group makes it need', async () => {
    const {evidence} = DEFAULT_CONSENSUS_PARAMS;
    const params = {...DEFAULT_CONSENSUS_PARAMS, evidence: {...evidence, maxAgeNumBlocks: 2n, maxAgeDurationNs: 1_000_000n}};
    const cluster = await chainOf(90n, 17, {params});
    const n3 = cluster.node('n3');
    n3.appDisk.retainBlocks = 1n;
    // The application is written after the blocks.
    for (let nth = 1; nth <= 4; nth++) {
      const started = cluster.startNode(n3);
      n3.power.cutAt({write: 'application: commit', nth, when: 'before'});
      void started;
      await cluster.scheduler.run(cluster.scheduler.now + 3000, () => !n3.isUp);
      expect(n3.isUp).toBe(false);
      expect(cluster.violations).toEqual([]);
    }
    n3.power.restore();
    await joins(cluster);
    expect(n3.engine!.blockStore.base).toBeGreaterThan(80n);
  });
});
