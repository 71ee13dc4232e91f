import {afterEach, describe, expect, it} from '@jest/globals';
import {createNodeIdentity, PeerAddressError} from '#node/p2p';
import {bytesOf, GENESIS_HASH, startNode, startPair, stopAll, TestNode} from './support.ts';

const STATE = 0x20;
const DATA = 0x21;
const VOTE = 0x22;
const MEMPOOL = 0x30;
const nodes: TestNode[] = [];
afterEach(() => stopAll(nodes.splice(0)));

async function pair(...options: Parameters<typeof startPair>): Promise<[TestNode, TestNode]> {
  const started = await startPair(...options);
  nodes.push(...started);
  return started;
}

async function single(...options: Parameters<typeof startNode>): Promise<TestNode> {
  const node = await startNode(...options);
  nodes.push(node);
  return node;
}

describe('messages', () => {
  it('of each channel arrive in order and whole, both ways', async () => {
    const [a, b] = await pair();
    for (let i = 0; i < 300; i++) {
      expect(a.network.send(b.id, VOTE, bytesOf(200 + i, i))).toBe(true);
      if (i % 20 === 0) expect(a.network.send(b.id, DATA, bytesOf(65_536 + i, i))).toBe(true);
      expect(b.network.send(a.id, VOTE, bytesOf(1 + i, i))).toBe(true);
    }
    await Promise.all([b.until(() => b.messages().length === 315), a.until(() => a.messages().length === 300)]);
    b.messages(VOTE).forEach((bytes, i) => expect(Buffer.from(bytes).equals(bytesOf(200 + i, i))).toBe(true));
    b.messages(DATA).forEach((bytes, i) => expect(Buffer.from(bytes).equals(bytesOf(65_536 + 20 * i, 20 * i))).toBe(true));
    a.messages(VOTE).forEach((bytes, i) => expect(Buffer.from(bytes).equals(bytesOf(1 + i, i))).toBe(true));
  });

  it('may be sent from within peerAdded', async () => {
    const b = await single();
    const a = new TestNode(await createNodeIdentity());
    nodes.push(a);
    a.network.subscribe({
      peerAdded: peer => expect(a.network.send(peer, STATE, Uint8Array.of(1))).toBe(true),
      peerRemoved: () => undefined,
      message: () => undefined,
    });
    await a.network.start();
    await a.network.dial(b.address);
    await b.until(() => b.messages(STATE).length === 1);
  });

  it('are refused when the queue is full; there is word when there is room again, and then all arrive', async () => {
    const [a, b] = await pair();
    const part = bytesOf(64 * 1024, 1);
    let sent = 0;
    while (a.network.send(b.id, DATA, part)) sent++;
    expect(sent).toBeGreaterThan(8);
    // Another channel still has room.
    expect(a.network.send(b.id, VOTE, Uint8Array.of(1))).toBe(true);
    const total = 400;
    await new Promise<void>(resolve => {
      a.network.onWritable((peer, channel) => {
        if (peer !== b.id || channel !== DATA) return;
        while (sent < total && a.network.send(b.id, DATA, part)) sent++;
        if (sent === total) resolve();
      });
    });
    await b.until(() => b.messages(DATA).length === total);
    expect(b.messages(DATA).every(bytes => bytes.byteLength === part.byteLength)).toBe(true);
  });

  it('of a channel with priority overtake those that wait', async () => {
    const [a, b] = await pair();
    for (let i = 0; i < 24; i++) a.network.send(b.id, DATA, bytesOf(64 * 1024, i));
    a.network.send(b.id, VOTE, Uint8Array.of(1));
    await b.until(() => b.messages().length === 25);
    const order = b.events.flatMap(event => (event.type === 'message' ? [event.channel] : []));
    expect(order.indexOf(VOTE)).toBeLessThan(12);
  });

  it('that no peer would accept are not sent', async () => {
    const [a, b] = await pair();
    expect(a.network.send(b.id, VOTE, new Uint8Array(16 * 1024 + 1))).toBe(false);
    expect(a.network.send(b.id, VOTE, new Uint8Array())).toBe(false);
    expect(a.network.send(b.id, MEMPOOL, Uint8Array.of(1))).toBe(false);
    expect(a.logs(/was not sent/).length).toBe(3);
    expect(a.network.send('nobody', VOTE, Uint8Array.of(1))).toBe(false);
  });

  it('do not end the connection when a subscriber throws', async () => {
    const [a, b] = await pair();
    b.network.subscribe({
      peerAdded: () => undefined,
      peerRemoved: () => undefined,
      message: () => {
        throw new Error('a fault of ours');
      },
    });
    a.network.send(b.id, VOTE, Uint8Array.of(1));
    a.network.send(b.id, VOTE, Uint8Array.of(2));
    await b.until(() => b.messages(VOTE).length === 2);
    expect(b.network.peers()).toEqual([a.id]);
    expect(b.logs(/subscriber of the network failed/)).not.toHaveLength(0);
  });
});

describe('peers', () => {
  it('are announced once on each side and described', async () => {
    const [a, b] = await pair({moniker: 'first'}, {moniker: 'second', version: '0.2.0'});
    expect(a.network.peers()).toEqual([b.id]);
    expect(b.network.peers()).toEqual([a.id]);
    expect(a.network.peerInfos()).toMatchObject([{id: b.id, moniker: 'second', version: '0.2.0', direction: 'outbound', persistent: false}]);
    expect(b.network.peerInfos()).toMatchObject([{id: a.id, moniker: 'first', direction: 'inbound'}]);
    expect([a.count('added'), b.count('added')]).toEqual([1, 1]);
  });

  it('are removed when they stop, and nothing can be sent to them then', async () => {
    const [a, b] = await pair();
    await b.network.stop();
    await a.untilPeers(0);
    expect(a.count('removed', b.id)).toBe(1);
    expect(a.network.send(b.id, VOTE, Uint8Array.of(1))).toBe(false);
  });

  it.each([
    ['chain id', {chainId: 'qanat-other-1'}],
    ['genesis hash', {genesisHash: new Uint8Array(32).fill(8)}],
  ])('of another %s are refused, and both logs say why', async (field, options) => {
    const a = await single();
    const b = await single(options);
    await a.network.dial(b.address);
    const refused = new RegExp(`Peer refused: its ${field} is not ours`);
    await Promise.all([a, b].map(node => node.until(() => node.logs(refused).length > 0)));
    await Promise.all([a, b].map(node => node.until(() => node.logs(/closed before it became a peer/).length > 0)));
    expect([a.count('added'), b.count('added')]).toEqual([0, 0]);
    expect(a.logs(refused)[0]?.fields).toMatchObject({peer: b.id});
  });

  it('that are persistent are dialled until they are there', async () => {
    const identity = await createNodeIdentity();
    const placeholder = await single({}, identity);
    const {address} = placeholder;
    await placeholder.network.stop();
    const a = await single({persistentPeers: [address]});
    await a.until(() => a.logs(/cannot be reached/).length > 0);
    const b = await single({listen: [address.replace(/\/p2p\/.*/, '')]}, identity);
    await Promise.all([a.untilPeers(1), b.untilPeers(1)]);
    expect(a.network.peerInfos()[0]?.persistent).toBe(true);
  });

  it('that are persistent come back after a restart, and again', async () => {
    const identity = await createNodeIdentity();
    let b = await single({}, identity);
    const listen = [b.address.replace(/\/p2p\/.*/, '')];
    const a = await single({persistentPeers: [b.address]});
    await Promise.all([a.untilPeers(1), b.untilPeers(1)]);
    for (let restart = 1; restart <= 3; restart++) {
      await b.network.stop();
      await a.until(() => a.count('removed') === restart);
      b = await single({listen}, identity);
      await Promise.all([a.untilPeers(1), b.untilPeers(1)]);
      expect(a.network.send(b.id, VOTE, Uint8Array.of(restart))).toBe(true);
      await b.until(() => b.messages(VOTE).length === 1);
    }
  });

  it('that dial each other at the same moment end with one connection that carries everything', async () => {
    const [a, b] = await Promise.all([single(), single()]);
    await Promise.all([a.network.dial(b.address), b.network.dial(a.address)]);
    const settled = (node: TestNode): boolean => node.network.peers().length === 1 && node.count('added') === node.count('removed') + 1;
    await Promise.all([a.until(() => settled(a)), b.until(() => settled(b))]);
    // Whichever connection stays, a message that was taken for the announced peer arrives once both sides have settled on it.
    const deliver = async (from: TestNode, to: TestNode): Promise<void> => {
      const send = (): boolean => from.network.send(to.id, VOTE, Uint8Array.of(9));
      send();
      const unsubscribe = from.network.subscribe({peerAdded: () => void send(), peerRemoved: () => undefined, message: () => undefined});
      await to.until(() => to.messages(VOTE).length > 0);
      unsubscribe();
    };
    await Promise.all([deliver(a, b), deliver(b, a)]);
    expect(a.network.peerInfos().map(info => info.direction)).not.toEqual(b.network.peerInfos().map(info => info.direction));
  });

  it('above the inbound limit are refused, persistent ones are not', async () => {
    const friendIdentity = await createNodeIdentity();
    const probe = await single({}, friendIdentity);
    const friendAddress = probe.address;
    await probe.network.stop();
    const b = await single({maxInbound: 1, persistentPeers: [friendAddress]});
    const first = await single();
    await first.network.dial(b.address);
    await b.untilPeers(1);
    const second = await single();
    await second.network.dial(b.address).catch(() => undefined);
    await second.until(() => second.logs(/closed before it became a peer/).length > 0 || second.network.peers().length > 0);
    expect(second.network.peers()).toEqual([]);
    const friend = await single({}, friendIdentity);
    await friend.network.dial(b.address);
    await b.untilPeers(2);
    expect([...b.network.peers()].sort()).toEqual([first.id, friend.id].sort());
  });

  it('above the outbound limit are not dialled', async () => {
    const [one, two] = await Promise.all([single(), single()]);
    const a = await single({maxOutbound: 1});
    expect(await a.network.dial(one.address)).toBe(true);
    await a.untilPeers(1);
    expect(await a.network.dial(two.address)).toBe(false);
    expect(await a.network.dial(one.address)).toBe(false);
    expect(await a.network.dial(a.address)).toBe(false);
  });

  it('that are reported are cut off and stay away until their ban has ended', async () => {
    const b = await single({timing: {banBaseMs: 300}});
    const a = await single({persistentPeers: [b.address]});
    await Promise.all([a.untilPeers(1), b.untilPeers(1)]);
    b.network.reportMisbehaviour(a.id, 'sent a vote with a bad signature');
    expect(b.network.peers()).toEqual([]);
    await a.until(() => a.count('removed') === 1);
    expect(b.logs(/Peer banned/)[0]?.fields).toMatchObject({peer: a.id, reason: 'sent a vote with a bad signature'});
    const until = Date.parse(b.logs(/Peer banned/)[0]?.fields['until'] as string);
    await b.untilPeers(1);
    expect(Date.now()).toBeGreaterThanOrEqual(until);
    expect(b.count('added', a.id)).toBe(2);
  });
});

describe('watchdog', () => {
  it('keeps a quiet connection of live peers', async () => {
    const timing = {heartbeatIntervalMs: 20};
    const [a, b] = await pair({timing}, {timing});
    let beats = 0;
    await new Promise<void>(resolve => {
      const timer = setInterval(() => {
        if (++beats < 15) return;
        clearInterval(timer);
        resolve();
      }, 20);
    });
    expect([a.count('removed'), b.count('removed')]).toEqual([0, 0]);
  });

  it('drops a peer that has fallen silent, with its connection still open', async () => {
    // The peer's clock never fires: it lives, but sends no heartbeat.
    const b = await single({}, undefined, {nowMs: () => 0, setTimer: () => () => undefined});
    const a = await single({timing: {heartbeatIntervalMs: 20}});
    await a.network.dial(b.address);
    await a.untilPeers(1);
    await a.until(() => a.count('removed') === 1);
    expect(a.logs(/Peer disconnected/)[0]?.fields).toMatchObject({reason: 'silent'});
    await b.untilPeers(0);
  });
});

describe('options', () => {
  it.each([
    [{chainId: 'a/b'}, RangeError],
    [{genesisHash: GENESIS_HASH.slice(1)}, RangeError],
    [{moniker: 'x'.repeat(71)}, RangeError],
    [{persistentPeers: ['/ip4/127.0.0.1/tcp/1']}, PeerAddressError],
  ])('%j is refused at once', async (options, error) => {
    const identity = await createNodeIdentity();
    expect(() => new TestNode(identity, options)).toThrow(error);
  });

  it('with a port that is taken make the start fail', async () => {
    const a = await single();
    const b = new TestNode(await createNodeIdentity(), {listen: [a.address.replace(/\/p2p\/.*/, '')]});
    nodes.push(b);
    await expect(b.network.start()).rejects.toThrow();
  });
});
