import {chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from '@jest/globals';
import {
  createNodeIdentity,
  decodeNodeKey,
  encodeNodeKey,
  loadOrCreateNodeIdentity,
  nodeIdentityFromSeed,
  NodeKeyError,
  parsePeerAddress,
  PeerAddressError,
  peerMultiaddr,
  tcpMultiaddr,
  writeNodeKey,
} from '#node/p2p';
import {groupByPeer} from '../../../node/p2p/addresses.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'qanat-p2p-'));
});
afterEach(() => rmSync(folder, {recursive: true}));

describe('node key', () => {
  it('is made at first start, for its owner only, and read at the next', async () => {
    const path = join(folder, 'config', 'node_key.json');
    const first = await loadOrCreateNodeIdentity(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const second = await loadOrCreateNodeIdentity(path);
    expect(second.peerId).toBe(first.peerId);
    expect(first.peerId).toMatch(/^12D3KooW/);
  });

  it('that others could read is closed to them', async () => {
    const path = join(folder, 'node_key.json');
    writeNodeKey(path, await createNodeIdentity());
    chmodSync(path, 0o644);
    await loadOrCreateNodeIdentity(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it("has CometBFT's format", async () => {
    const identity = await nodeIdentityFromSeed(new Uint8Array(32).fill(1));
    const path = join(folder, 'node_key.json');
    writeNodeKey(path, identity);
    const json = JSON.parse(readFileSync(path, 'utf8')) as {priv_key: {type: string; value: string}};
    expect(json.priv_key.type).toBe('tendermint/PrivKeyEd25519');
    const raw = Buffer.from(json.priv_key.value, 'base64');
    expect(raw.subarray(0, 32)).toEqual(Buffer.alloc(32, 1));
    // RFC 8032: the public key of the seed 01…01.
    expect(raw.subarray(32).toString('hex')).toBe('8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c');
  });

  it('is not overwritten', async () => {
    const path = join(folder, 'node_key.json');
    writeNodeKey(path, await createNodeIdentity());
    const before = readFileSync(path, 'utf8');
    const other = await createNodeIdentity();
    expect(() => writeNodeKey(path, other)).toThrow(expect.objectContaining({code: 'EEXIST'}));
    expect(readFileSync(path, 'utf8')).toBe(before);
  });

  it.each(['', '{}', 'null', '{"priv_key":{"type":"tendermint/PrivKeySecp256k1","value":"AA=="}}', '{"priv_key":{"type":"tendermint/PrivKeyEd25519","value":"AA=="}}', '{"priv_key":{"type":"tendermint/PrivKeyEd25519","value":7}}'])(
    'is refused when it is %j',
    async text => {
      await expect(decodeNodeKey(text)).rejects.toThrow(NodeKeyError);
    },
  );

  it('is refused when its halves do not belong together', async () => {
    const text = encodeNodeKey(await createNodeIdentity());
    const json = JSON.parse(text) as {priv_key: {type: string; value: string}};
    const raw = Buffer.from(json.priv_key.value, 'base64');
    raw[0] = (raw[0] as number) ^ 1;
    json.priv_key.value = raw.toString('base64');
    await expect(decodeNodeKey(JSON.stringify(json))).rejects.toThrow(NodeKeyError);
  });

  it('is refused when the file is far too long', async () => {
    const path = join(folder, 'node_key.json');
    writeFileSync(path, ' '.repeat(5_000));
    await expect(loadOrCreateNodeIdentity(path)).rejects.toThrow(NodeKeyError);
  });
});

describe('addresses', () => {
  it('are written by the form of the host', () => {
    expect(tcpMultiaddr('127.0.0.1', 26656)).toBe('/ip4/127.0.0.1/tcp/26656');
    expect(tcpMultiaddr('::1', 1)).toBe('/ip6/::1/tcp/1');
    expect(tcpMultiaddr('[::1]', 1)).toBe('/ip6/::1/tcp/1');
    expect(tcpMultiaddr('node1', 1)).toBe('/dns/node1/tcp/1');
  });

  it('name the peer at their end', async () => {
    const {peerId} = await createNodeIdentity();
    const parsed = parsePeerAddress(peerMultiaddr('10.0.0.1', 5, peerId));
    expect(parsed.peerId).toBe(peerId);
    expect(parsed.address.toString()).toBe(`/ip4/10.0.0.1/tcp/5/p2p/${peerId}`);
  });

  it.each(['', 'localhost:26656', '/ip4/127.0.0.1/tcp/1', '/ip4/127.0.0.1/tcp/1/p2p/nobody', '/ip4/300.0.0.1/tcp/1', `/dns/${'x'.repeat(600)}`])(
    'are refused when they are %j',
    text => {
      expect(() => parsePeerAddress(text)).toThrow(PeerAddressError);
    },
  );

  it('are grouped by peer, without our own and without repetitions', async () => {
    const [own, other] = await Promise.all([createNodeIdentity(), createNodeIdentity()]);
    const one = peerMultiaddr('10.0.0.1', 5, other.peerId);
    const two = peerMultiaddr('10.0.0.2', 5, other.peerId);
    const groups = groupByPeer([one, peerMultiaddr('127.0.0.1', 5, own.peerId), two, one], own.peerId);
    expect([...groups].map(([id, addresses]) => [id, addresses.map(String)])).toEqual([[other.peerId, [one, two]]]);
  });

  it('of one peer are limited', async () => {
    const {peerId} = await createNodeIdentity();
    const texts = Array.from({length: 9}, (_, i) => peerMultiaddr('10.0.0.1', i + 1, peerId));
    expect(() => groupByPeer(texts, 'us')).toThrow(PeerAddressError);
  });
});
