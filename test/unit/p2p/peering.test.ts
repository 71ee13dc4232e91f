/** Who finds whom, and who is let in: address book, private and unconditional peers, with real nodes. */
import {afterEach, describe, expect, it} from '@jest/globals';
import {createNodeIdentity} from '#node/p2p';
import {AddressBook} from '../../../node/p2p/addressBook.ts';
import {parseBookAddress} from '../../../node/p2p/bookAddress.ts';
import {encodeFrame} from '../../../node/p2p/frames.ts';
import {decodePex, encodePexRequest} from '../../../node/p2p/pexMessages.ts';
import {Hostile} from './hostile.ts';
import {LOOPBACK, startNode, stopAll} from './support.ts';
import type {TestNode} from './support.ts';

const timing = {ensurePeersIntervalMs: 1_000};
const nodes: TestNode[] = [];
const visitors: Hostile[] = [];
afterEach(async () => {
  await Promise.all(visitors.splice(0).map(visitor => visitor.stop()));
  await stopAll(nodes.splice(0));
});

async function node(...args: Parameters<typeof startNode>): Promise<TestNode> {
  const started = await startNode({pex: true, timing, ...args[0]}, args[1]);
  nodes.push(started);
  return started;
}

/** What a peer that asks this node is told. */
async function toldBy(told: TestNode): Promise<readonly string[]> {
  const visitor = await Hostile.create();
  visitors.push(visitor);
  const answer = visitor.received('pex');
  await visitor.connect(told.address);
  await visitor.greet();
  const stream = await visitor.open('pex');
  stream.send(encodeFrame(encodePexRequest()));
  const message = decodePex(await answer);
  if (message.type !== 'addresses') throw new Error(message.type);
  return message.addresses;
}

describe('peer exchange', () => {
  it('brings a fifth node that knows one peer together with all others', async () => {
    const validators: TestNode[] = [];
    for (let i = 0; i < 4; i++) validators.push(await node({persistentPeers: validators.map(({address}) => address)}));
    await Promise.all(validators.map(validator => validator.untilPeers(3)));
    const fifth = await node({persistentPeers: [validators[0]!.address]});
    await fifth.untilPeers(4);
    expect([...fifth.network.peers()].sort()).toEqual(validators.map(({id}) => id).sort());
  });
});

describe('a private peer', () => {
  it('is told to nobody, though it is connected', async () => {
    const sentry = await createNodeIdentity();
    const hidden = await node({pex: false});
    const known = await node();
    const first = await node({privatePeerIds: [hidden.id], persistentPeers: [hidden.address, known.address]}, sentry);
    await first.untilPeers(2);
    const told = await toldBy(first);
    expect(told.some(address => address.includes(known.id))).toBe(true);
    expect(told.some(address => address.includes(hidden.id))).toBe(false);
  });

  it('is in no selection, whoever tells of it and whatever stands in the file', async () => {
    const [hidden, known] = await Promise.all([createNodeIdentity(), createNodeIdentity()]);
    const book = new AddressBook({ownPeerId: 'own', privatePeerIds: new Set([hidden.peerId]), strict: true, key: '00'}, {nowMs: () => 1, random: () => 0.5});
    const at = (id: string): ReturnType<typeof parseBookAddress> => parseBookAddress(`/ip4/8.8.8.8/tcp/1/p2p/${id}`);
    expect(book.add(at(hidden.peerId), '9.9.9.9')).toBe(false);
    expect(book.add(at(hidden.peerId), '9.9.9.9', true)).toBe(false);
    book.restore({address: at(hidden.peerId), source: '9.9', attempts: 0, lastAttemptMs: 0, lastSuccessMs: 1, tried: true});
    book.add(at(known.peerId), '9.9.9.9');
    expect(book.selection()).toEqual([at(known.peerId).text]);
  });
});

describe('an unconditional peer', () => {
  it('is let in when all places are taken, and takes none; another is not', async () => {
    const [friend, guest, stranger] = await Promise.all([node({pex: false}), node({pex: false}), node({pex: false})]);
    const host = await node({listen: [LOOPBACK], pex: false, maxInbound: 1, unconditionalPeerIds: [friend.id]});
    await friend.network.dial(host.address);
    await host.untilPeers(1);
    await guest.network.dial(host.address);
    await host.untilPeers(2);
    await stranger.network.dial(host.address).catch(() => undefined);
    await stranger.until(() => stranger.logs(/closed before it became a peer/).length > 0);
    expect([...host.network.peers()].sort()).toEqual([friend.id, guest.id].sort());
    await friend.network.stop();
    await host.untilPeers(1);
    const again = await node({pex: false}, friend.identity);
    await again.network.dial(host.address);
    await host.untilPeers(2);
  });
});
