import {afterEach, describe, expect, it} from '@jest/globals';
import type {TransactionsVerdict} from '#node/p2p';
import {encodeTransactions} from '../../../node/p2p/messages.ts';
import {bytesOf, startNode, startPair, stopAll} from './support.ts';
import type {TestNode} from './support.ts';

const TIMING = {heartbeatIntervalMs: 200};
const nodes: TestNode[] = [];
afterEach(() => stopAll(nodes.splice(0)));

interface Pool {
  readonly node: TestNode;
  readonly batches: Uint8Array[][];
  readonly from: string[];
  transactions(): Uint8Array[];
  until(condition: () => boolean): Promise<void>;
}

function poolOf(node: TestNode, judge: (transactions: readonly Uint8Array[]) => TransactionsVerdict | Promise<TransactionsVerdict> = () => 'accept'): Pool {
  const waiters = new Set<() => void>();
  const pool: Pool = {
    node,
    batches: [],
    from: [],
    transactions: () => pool.batches.flat(),
    until: condition =>
      new Promise(resolve => {
        const check = (): void => {
          if (!condition()) return;
          waiters.delete(check);
          resolve();
        };
        waiters.add(check);
        check();
      }),
  };
  node.network.onTransactions((peer, transactions) => {
    pool.batches.push([...transactions]);
    pool.from.push(peer);
    for (const waiter of [...waiters]) waiter();
    return judge(transactions);
  });
  return pool;
}

async function network(count: number, edges: readonly (readonly [number, number])[]): Promise<TestNode[]> {
  const started: TestNode[] = [];
  for (let i = 0; i < count; i++) started.push(await startNode({timing: TIMING}));
  nodes.push(...started);
  await Promise.all(edges.map(([from, to]) => (started[from] as TestNode).network.dial((started[to] as TestNode).address)));
  await Promise.all(started.map((node, i) => node.untilPeers(edges.filter(edge => edge.includes(i)).length)));
  await Promise.all(started.map(untilGossiping));
  return started;
}

/** Gossipsub tells no one when a stream is up, so this looks at each turn of the event loop. */
async function untilGossiping(node: TestNode): Promise<void> {
  while (!node.network.peers().every(peer => node.network.gossipsWith(peer))) await new Promise(resolve => setImmediate(resolve));
}

const hex = (transactions: readonly Uint8Array[]): string[] => transactions.map(tx => Buffer.from(tx).toString('hex')).sort();

describe('transactions', () => {
  it('reach all of four nodes, once each', async () => {
    const four = await network(4, [[0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [2, 3]]);
    const pools = four.map(node => poolOf(node));
    const sent = four.map((_, i) => Array.from({length: 25}, (_unused, j) => bytesOf(150, 40 * i + j)));
    four.forEach((node, i) => expect(node.network.publishTransactions(sent[i] as Uint8Array[])).toBe(25));
    await Promise.all(pools.map(pool => pool.until(() => pool.transactions().length === 75)));
    pools.forEach((pool, i) => {
      expect(hex(pool.transactions())).toEqual(hex(sent.filter((_, j) => j !== i).flat()));
    });
  });

  it('of one moment share a message', async () => {
    const [a, b] = (await network(2, [[0, 1]])) as [TestNode, TestNode];
    const pool = poolOf(b);
    for (let i = 0; i < 100; i++) a.network.publishTransactions([bytesOf(100, i)]);
    await pool.until(() => pool.transactions().length === 100);
    expect(pool.batches.length).toBe(1);
    expect(pool.from).toEqual([a.id]);
  });

  it('are divided into messages of a limited size', async () => {
    const [a, b] = (await network(2, [[0, 1]])) as [TestNode, TestNode];
    const pool = poolOf(b);
    const transactions = Array.from({length: 20}, (_, i) => bytesOf(30_000, i));
    expect(a.network.publishTransactions(transactions)).toBe(20);
    await pool.until(() => pool.transactions().length === 20);
    expect(hex(pool.transactions())).toEqual(hex(transactions));
    for (const batch of pool.batches) expect(encodeTransactions(batch).byteLength).toBeLessThan(129 * 1024);
  });

  it('that do not fit are not taken', async () => {
    const [a] = (await network(2, [[0, 1]])) as [TestNode, TestNode];
    expect(a.network.publishTransactions([new Uint8Array(1024 * 1024 + 1), new Uint8Array()])).toBe(0);
    const many = Array.from({length: 50}, (_, i) => bytesOf(100 * 1024, i));
    expect(a.network.publishTransactions(many)).toBe(40);
  });

  it('are passed on by a node between, when it has accepted them, and not when it has not', async () => {
    const [a, b, c] = (await network(3, [[0, 1], [1, 2]])) as [TestNode, TestNode, TestNode];
    const verdicts: TransactionsVerdict[] = ['ignore', 'ignore', 'accept'];
    const middle = poolOf(b, async transactions => {
      await Promise.resolve();
      return verdicts[transactions[0]?.[0] ?? 0] ?? 'ignore';
    });
    const end = poolOf(c);
    // Gossipsub passes on to its mesh, which may take a second to form: what comes before that is heard of later, or never.
    for (let round = 0; end.batches.length === 0; round++) {
      a.network.publishTransactions([Uint8Array.of(round % 3, round & 0xff, round >> 8)]);
      await middle.until(() => middle.batches.length === round + 1);
    }
    expect(end.transactions().every(tx => tx[0] === 2)).toBe(true);
    expect(end.from.every(peer => peer === b.id)).toBe(true);
  });

  it('that are rejected again and again lead to a ban', async () => {
    const [a, b] = (await network(2, [[0, 1]])) as [TestNode, TestNode];
    const pool = poolOf(b, () => 'reject');
    const banned = b.untilPeers(0);
    for (let i = 0; b.network.peers().length > 0; i++) {
      a.network.publishTransactions([Uint8Array.of(i + 1)]);
      await Promise.race([banned, pool.until(() => pool.batches.length === i + 1)]);
    }
    expect(pool.batches.length).toBeGreaterThanOrEqual(10);
    expect(b.logs(/Peer banned/)[0]?.fields).toMatchObject({reason: 'sent invalid transactions'});
  });

  it('are only ignored when their judge throws', async () => {
    const [a, b] = (await network(2, [[0, 1]])) as [TestNode, TestNode];
    const pool = poolOf(b, () => {
      throw new Error('a fault of ours');
    });
    for (let i = 0; i < 15; i++) {
      a.network.publishTransactions([Uint8Array.of(i + 1)]);
      await pool.until(() => pool.batches.length === i + 1);
    }
    expect(b.network.peers()).toEqual([a.id]);
  });

  it('flow again after a simultaneous dial has cost gossip its stream', async () => {
    const [a, b] = await Promise.all([startNode({timing: TIMING}), startNode({timing: TIMING})]);
    nodes.push(a, b);
    await Promise.all([a.network.dial(b.address), b.network.dial(a.address)]);
    await Promise.all([a.untilPeers(1), b.untilPeers(1)]);
    await Promise.all([untilGossiping(a), untilGossiping(b)]);
    const [poolA, poolB] = [poolOf(a), poolOf(b)];
    // A connection may still be replaced here: publish until one has arrived.
    for (let i = 1; poolA.batches.length === 0 || poolB.batches.length === 0; i++) {
      a.network.publishTransactions([bytesOf(40, i)]);
      b.network.publishTransactions([bytesOf(41, i)]);
      await new Promise(resolve => setImmediate(resolve));
    }
    expect([a.network.peers(), b.network.peers()]).toEqual([[b.id], [a.id]]);
  });

  it('reach a peer that was away and has come back', async () => {
    const [a, b] = await startPair({timing: TIMING}, {timing: TIMING});
    nodes.push(a, b);
    const listen = [b.address.replace(/\/p2p\/.*/, '')];
    await b.network.stop();
    await a.untilPeers(0);
    const again = await startNode({timing: TIMING, listen}, b.identity);
    nodes.push(again);
    await a.network.dial(again.address);
    await Promise.all([a.untilPeers(1), again.untilPeers(1)]);
    await Promise.all([untilGossiping(a), untilGossiping(again)]);
    const pool = poolOf(again);
    a.network.publishTransactions([Uint8Array.of(5)]);
    await pool.until(() => pool.batches.length === 1);
  });
});
