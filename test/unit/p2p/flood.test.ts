/** Peers that flood, stall and read nothing: an honest pair of nodes keeps voting meanwhile, and loses nothing. */
import {afterEach, describe, expect, it} from '@jest/globals';
import {CHANNELS} from '../../../node/p2p/channels.ts';
import type {ChannelSpec} from '../../../node/p2p/channels.ts';
import {encodeFrame} from '../../../node/p2p/frames.ts';
import {encodePexAddresses} from '../../../node/p2p/pexMessages.ts';
import {HONEST_HELLO, Hostile} from './hostile.ts';
import {bytesOf, realClock, startNode, stopAll} from './support.ts';
import type {TestNode} from './support.ts';

const VOTE = 0x22;
const DATA = 0x21;
const nodes: TestNode[] = [];
const hostiles: Hostile[] = [];
afterEach(async () => {
  await Promise.all(hostiles.splice(0).map(hostile => hostile.stop()));
  await stopAll(nodes.splice(0));
});

async function node(...args: Parameters<typeof startNode>): Promise<TestNode> {
  const started = await startNode({inboundConnectionsPerSecond: 10_000, ...args[0]});
  nodes.push(started);
  return started;
}

async function pair(options: Parameters<typeof startNode>[0] = {}): Promise<{victim: TestNode; honest: TestNode}> {
  const victim = await node(options);
  const honest = await node({persistentPeers: [victim.address]});
  await Promise.all([honest.untilPeers(1), victim.untilPeers(1)]);
  return {victim, honest};
}

async function hostileOf(victim: TestNode, hello = HONEST_HELLO): Promise<Hostile> {
  const hostile = await Hostile.create();
  hostiles.push(hostile);
  await hostile.connect(victim.address);
  await hostile.greet(hello);
  await victim.until(() => victim.count('added', hostile.id) > 0);
  return hostile;
}

/** Votes go both ways, one after the other, and all arrive in their order. */
async function voting(a: TestNode, b: TestNode, votes = 50): Promise<void> {
  for (const [from, to] of [[a, b], [b, a]] as const) {
    const own = (): number[] => to.events.flatMap(event => (event.type === 'message' && event.peer === from.id && event.channel === VOTE ? [event.bytes[0] as number] : []));
    const before = own().length;
    for (let i = 0; i < votes; i++) {
      expect(from.network.send(to.id, VOTE, Uint8Array.of(i))).toBe(true);
      await to.until(() => own().length > before + i);
    }
    expect(own().slice(before)).toEqual(Array.from({length: votes}, (_, i) => i));
  }
}

/** Writes as fast as the connection takes it, until it is gone. */
function flood(hostile: Hostile, spec: ChannelSpec, bytes: number): void {
  void hostile.open(spec.name).then(async stream => {
    const frames = encodeFrame(bytesOf(bytes, 1));
    while (stream.status === 'open') {
      if (!stream.send(frames)) await stream.onDrain();
      await new Promise(resolve => setImmediate(resolve));
    }
  }).catch(() => undefined);
}

describe('an honest pair goes on voting while a peer', () => {
  it.each(CHANNELS.filter(({name}) => name !== 'pex').map(spec => [spec.name, spec] as const))('floods the %s channel', async (_name, spec) => {
    const {victim, honest} = await pair();
    const hostile = await hostileOf(victim);
    flood(hostile, spec, Math.min(spec.messageMaxBytes, 100_000));
    await voting(victim, honest);
    expect(victim.count('removed', hostile.id)).toBe(0);
    expect(honest.count('removed')).toBe(0);
  });

  it('reads nothing: the queue of that peer fills, is refused, and nobody else waits', async () => {
    const {victim, honest} = await pair();
    const hostile = await Hostile.create();
    hostiles.push(hostile);
    hostile.reads = 'nothing';
    await hostile.connect(victim.address);
    await hostile.greet();
    await victim.until(() => victim.count('added', hostile.id) === 1);
    const spec = CHANNELS.find(({id}) => id === DATA) as ChannelSpec;
    let taken = 0;
    for (;;) {
      if (victim.network.send(hostile.id, DATA, bytesOf(64_000, 1))) taken += 64_000;
      else break;
      await new Promise(resolve => setImmediate(resolve));
    }
    // Its queue, one batch, the window of yamux, what lies in the sockets.
    expect(taken).toBeLessThan(spec.queueMaxBytes + 16 * 1024 * 1024);
    await voting(victim, honest);
  });

  it('asks for answers without number and reads none of them', async () => {
    const {victim, honest} = await pair();
    const hostile = await hostileOf(victim);
    hostile.pingWithoutReading();
    await voting(victim, honest);
    await victim.until(() => victim.logs(/peer does not read/).length > 0);
  }, 60_000);

  it('connects and hangs up again and again', async () => {
    const {victim, honest} = await pair();
    const identity = await Hostile.create();
    hostiles.push(identity);
    for (let i = 0; i < 30; i++) {
      await identity.connect(victim.address);
      if (i % 2 === 0) await identity.greet();
      identity.connection.abort(new Error('on purpose'));
    }
    await voting(victim, honest);
    await victim.until(() => victim.network.peers().length === 1);
    expect(victim.network.openResources().links).toBeLessThanOrEqual(2);
  });

  it('sends addresses without end', async () => {
    const {victim, honest} = await pair({pex: true});
    const hostile = await hostileOf(victim);
    const stream = await hostile.open('pex');
    const reply = encodeFrame(encodePexAddresses(new Array<string>(100).fill('/ip4/8.8.8.8/tcp/1')));
    for (let i = 0; i < 100 && stream.status === 'open'; i++) stream.send(reply);
    await hostile.cutOff();
    expect(victim.logs(/Peer banned/).length).toBe(1);
    await voting(victim, honest);
  });
});

describe('a flood', () => {
  it('is throttled, its connection kept, and banned in the third window that it fills', async () => {
    // Twenty times as fast, for the windows of ten seconds.
    const clock = {nowMs: () => 20 * Date.now(), setTimer: (delayMs: number, fn: () => void) => realClock.setTimer(delayMs / 20, fn)};
    const timing = {heartbeatIntervalMs: 10 * 60 * 1000};
    const victim = await startNode({inboundConnectionsPerSecond: 10_000, timing}, undefined, clock);
    nodes.push(victim);
    const honest = await node({persistentPeers: [victim.address], timing});
    await Promise.all([honest.untilPeers(1), victim.untilPeers(1)]);
    const hostile = await hostileOf(victim);
    const spec = CHANNELS.find(({name}) => name === 'snapshot') as ChannelSpec;
    flood(hostile, spec, spec.messageMaxBytes);
    await hostile.cutOff();
    const reasons = victim.logs(/floods the snapshot channel/).map(({message}) => message);
    expect(reasons.filter(message => message !== 'Peer disconnected')).toEqual(['Peer scored', 'Peer scored', 'Peer banned']);
    await voting(victim, honest);
  }, 60_000);

  it('of chunks that were asked for is slowed down only: all of them arrive, in order', async () => {
    const {victim, honest} = await pair();
    const hostile = await hostileOf(victim);
    const chunk = (i: number): Uint8Array => bytesOf(1024 * 1024, i);
    const count = 150;
    const stream = await hostile.open('snapshot-chunk');
    const own = (): Uint8Array[] => victim.messages(0x61);
    for (let i = 0; i < count; i++) {
      if (!stream.send(encodeFrame(chunk(i)))) await stream.onDrain();
    }
    await victim.until(() => own().length === count || victim.count('removed', hostile.id) > 0);
    expect(own().map(bytes => bytes[0])).toEqual(Array.from({length: count}, (_, i) => i & 0xff));
    await voting(victim, honest);
  }, 60_000);
});

describe('one identity from two places', () => {
  it('is one peer: the newer connection stays, the older is closed', async () => {
    const {victim, honest} = await pair();
    const first = await hostileOf(victim);
    const second = await Hostile.create(undefined, first.privateKey);
    hostiles.push(second);
    await second.connect(victim.address);
    await second.greet({...HONEST_HELLO, session: new Uint8Array(16).fill(2)});
    await first.cutOff();
    await victim.until(() => victim.count('added', first.id) === 2);
    expect(victim.network.peers().filter(peer => peer === first.id).length).toBe(1);
    await voting(victim, honest);
  });
});
