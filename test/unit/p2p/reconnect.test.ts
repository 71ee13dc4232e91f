import {afterEach, describe, expect, it} from '@jest/globals';
import {CHANNELS} from '../../../node/p2p/channels.ts';
import {Proxy} from './proxy.ts';
import {bytesOf, startNode, stopAll} from './support.ts';
import type {TestNode} from './support.ts';

const DATA = 0x21;
const VOTE = 0x22;
const nodes: TestNode[] = [];
const proxies: Proxy[] = [];
afterEach(async () => {
  await stopAll(nodes.splice(0));
  await Promise.all(proxies.splice(0).map(proxy => proxy.close()));
});

/** `a` keeps `b` as a persistent peer through a proxy. */
async function throughProxy(timing: object): Promise<{a: TestNode; b: TestNode; proxy: Proxy}> {
  const options = {timing: {reconnectBaseMs: 1, reconnectMaxMs: 2, dialYieldMs: 0, ...timing}, inboundConnectionsPerSecond: 10_000};
  const b = await startNode(options);
  const proxy = new Proxy(b.port);
  proxies.push(proxy);
  const a = await startNode({...options, persistentPeers: [await proxy.listen(b.address)]});
  nodes.push(a, b);
  await Promise.all([a.untilPeers(1), b.untilPeers(1)]);
  return {a, b, proxy};
}

describe('a connection that is cut', () => {
  it('comes back 200 times and leaves nothing behind', async () => {
    const {a, b, proxy} = await throughProxy({});
    const settled = async (): Promise<void> => {
      const idle = (node: TestNode): boolean => {
        const {connections, links} = node.network.openResources();
        return connections === 1 && links === 1 && node.network.gossipsWith(node.network.peers()[0] as string);
      };
      while (!idle(a) || !idle(b)) await new Promise(resolve => setImmediate(resolve));
    };
    await settled();
    for (let round = 1; round <= 200; round++) {
      proxy.cut();
      await Promise.all([a, b].map(node => node.until(() => node.count('removed') >= round && node.network.peers().length === 1)));
    }
    await settled();
    // Control; each channel both ways; gossip each way; identify may be under way once more on either side.
    for (const node of [a, b]) expect(node.network.openResources().streams).toBeLessThanOrEqual(1 + 2 * CHANNELS.length + 2 + 2);
    expect(proxy.accepted).toBeGreaterThanOrEqual(201);
    expect(a.network.send(b.id, VOTE, Uint8Array.of(1))).toBe(true);
    await b.until(() => b.messages(VOTE).length === 1);
  });

  it('in the middle of traffic loses no order: what arrives between two announcements is a beginning of what was sent', async () => {
    const {a, b, proxy} = await throughProxy({});
    for (let round = 1; round <= 5; round++) {
      for (let i = 0; i < 20; i++) a.network.send(b.id, DATA, bytesOf(30_000, i));
      await b.until(() => b.messages(DATA).length > 0);
      proxy.cut();
      await Promise.all([a, b].map(node => node.until(() => node.count('removed') === round && node.network.peers().length === 1)));
      b.messages(DATA).forEach((bytes, i) => expect(Buffer.from(bytes).equals(bytesOf(30_000, i))).toBe(true));
      b.events.splice(0, b.events.length, ...b.events.filter(event => event.type !== 'message'));
    }
  });
});

describe('a connection through which nothing passes', () => {
  it('is found out and replaced when the way is free again', async () => {
    const {a, b, proxy} = await throughProxy({heartbeatIntervalMs: 200, handshakeTimeoutMs: 500, dialTimeoutMs: 500, upgradeTimeoutMs: 500});
    proxy.freeze(true);
    await Promise.all([a.until(() => a.count('removed') === 1), b.until(() => b.count('removed') === 1)]);
    // Whoever notices first hangs up, and the proxy passes that on.
    const reasons = [a, b].map(node => node.logs(/Peer disconnected/)[0]?.fields['reason']);
    expect(reasons).toContain('silent');
    proxy.freeze(false);
    await Promise.all([a.untilPeers(1), b.untilPeers(1)]);
    expect(a.network.send(b.id, VOTE, Uint8Array.of(1))).toBe(true);
    await b.until(() => b.messages(VOTE).length === 1);
  });
});
