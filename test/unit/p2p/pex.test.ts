import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, describe, expect, it} from '@jest/globals';
import {createNodeIdentity} from '#node/p2p';
import {encodeFrame} from '../../../node/p2p/frames.ts';
import {encodePexAddresses, encodePexRequest} from '../../../node/p2p/pexMessages.ts';
import {Hostile} from './hostile.ts';
import {realClock, startNode, stopAll} from './support.ts';
import type {TestNode} from './support.ts';

const nodes: TestNode[] = [];
const hostiles: Hostile[] = [];
const folders: string[] = [];
afterEach(async () => {
  await Promise.all(hostiles.splice(0).map(hostile => hostile.stop()));
  await stopAll(nodes.splice(0));
  for (const folder of folders.splice(0)) rmSync(folder, {recursive: true});
});

async function node(...args: Parameters<typeof startNode>): Promise<TestNode> {
  const started = await startNode({pex: true, ...args[0]}, args[1], args[2]);
  nodes.push(started);
  return started;
}

function files(): {addressBook: string; bans: string} {
  const folder = mkdtempSync(join(tmpdir(), 'qanat-pex-'));
  folders.push(folder);
  return {addressBook: join(folder, 'addrbook.json'), bans: join(folder, 'bans.json')};
}

async function hostilePeer(victim: TestNode): Promise<Hostile> {
  const hostile = await Hostile.create();
  hostiles.push(hostile);
  await hostile.connect(victim.address);
  await hostile.greet();
  await victim.until(() => victim.count('added', hostile.id) === 1);
  return hostile;
}

describe('peer exchange', () => {
  it('brings nodes together that know only a seed, and the seed hangs up', async () => {
    const timing = {ensurePeersIntervalMs: 1_500};
    const seed = await node({seedMode: true, timing});
    const a = await node({seeds: [seed.address], timing});
    await a.until(() => a.count('added', seed.id) > 0);
    const b = await node({seeds: [seed.address], timing});
    await Promise.all([a.until(() => a.network.peers().includes(b.id)), b.until(() => b.network.peers().includes(a.id))]);
    await a.until(() => a.count('removed', seed.id) > 0);
    expect(a.network.peers()).toContain(b.id);
  });

  it('dials again from the book of an earlier run', async () => {
    const timing = {ensurePeersIntervalMs: 1_000};
    const paths = files();
    const b = await node({timing});
    const identity = await createNodeIdentity();
    const first = await node({files: paths, timing}, identity);
    await first.network.dial(b.address);
    await first.untilPeers(1);
    await first.network.stop();
    const second = await node({files: paths, timing}, identity);
    await second.until(() => second.network.peers().includes(b.id));
  });

  it.each([
    ['sends addresses that nobody asked for', [encodePexAddresses([])], /not asked for/],
    ['asks again at once', [encodePexRequest(), encodePexRequest()], /too often/],
    ['sends what cannot be decoded', [new Uint8Array(100).fill(0xff)], /malformed/],
    ['sends more addresses than allowed', [encodePexAddresses(new Array<string>(101).fill('x'))], /more than 100/],
  ])('bans a peer that %s', async (_name, messages, reason) => {
    const victim = await node();
    const hostile = await hostilePeer(victim);
    const stream = await hostile.open('pex');
    for (const message of messages) stream.send(encodeFrame(message));
    await victim.until(() => victim.logs(/Peer banned/).some(({fields}) => reason.test(String(fields['reason']))));
    await hostile.cutOff();
  });
});

describe('bans', () => {
  it('survive a restart, and end when they expire', async () => {
    let nowMs = Date.now();
    const clock = {...realClock, nowMs: () => nowMs};
    const paths = files();
    const peer = await node();
    const first = await node({files: paths}, undefined, clock);
    first.network.reportMisbehaviour(peer.id, 'a lie');
    await first.network.stop();
    const second = await node({files: paths}, undefined, clock);
    expect(await second.network.dial(peer.address)).toBe(false);
    nowMs += 61_000;
    expect(await second.network.dial(peer.address)).toBe(true);
  });

  it('begin anew when their file is damaged', async () => {
    const paths = files();
    writeFileSync(paths.bans, '{"bans": [{"peer": "nobody"}]}');
    writeFileSync(paths.addressBook, '{');
    const started = await node({files: paths});
    expect(started.logs(/damaged/).length).toBe(2);
  });
});

describe('a cut', () => {
  it('drops the peer, keeps it out both ways, and heals', async () => {
    const b = await node();
    const a = await node({persistentPeers: [b.address]});
    await Promise.all([a.untilPeers(1), b.untilPeers(1)]);
    b.network.setCut([a.id]);
    await Promise.all([a.untilPeers(0), b.untilPeers(0)]);
    expect(await b.network.dial(a.address)).toBe(false);
    await a.until(() => a.logs(/closed before it became a peer|cannot be reached/).length > 0);
    expect(b.network.peers()).toEqual([]);
    b.network.setCut([]);
    await Promise.all([a.untilPeers(1), b.untilPeers(1)]);
    a.network.setCut('all');
    await a.untilPeers(0);
  });

  it('refuses what is no peer id', async () => {
    const a = await node();
    expect(() => a.network.setCut(['x'])).toThrow(RangeError);
  });
});
