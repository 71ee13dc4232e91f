/** What a node refuses to start with, before anything of it listens. */
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest} from '@jest/globals';
import {Node} from '#node/app';
import {main} from '#node/cli';
import {loadConfig} from '#node/config';
import type {Logger} from '#node/telemetry';

const PORTS = {'p2p.port': '0', 'eth.port': '0', 'comet.port': '0', 'metrics.port': '0'};
const SYNC = {
  'state_sync.enable': 'true',
  'state_sync.rpc_servers': 'http://127.0.0.1:1,http://127.0.0.1:2',
  'state_sync.trust_height': '5',
  'state_sync.trust_hash': 'ab'.repeat(32),
};
let home: string;
const logged: string[] = [];
const log = (_fields: object, message: string): void => void logged.push(message);
const logger: Logger = {debug: log, info: log, warn: log, error: log, child: () => logger};

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'qanat-refusals-'));
  jest.spyOn(console, 'log').mockImplementation(() => undefined);
  expect(await main(['init', '--home', home])).toBe(0);
});
beforeEach(() => void logged.splice(0));
afterEach(() => void delete process.env['QANAT_TEST_ADMIN']);
afterAll(() => rmSync(home, {recursive: true}));

async function start(flags: Record<string, string>): Promise<Node> {
  const node = new Node({home, config: loadConfig({flags: {...PORTS, ...flags}})}, {logger});
  try {
    await node.start();
    return node;
  } catch (error) {
    await node.stop();
    throw error;
  }
}

describe('a node does not start', () => {
  it.each([
    ['the admin port of tests without QANAT_TEST_ADMIN=1', {'test.admin_port': '26999'}, /test\.admin_port.*refused unless QANAT_TEST_ADMIN=1 is set/],
    ['an external address that is none', {'p2p.external_address': 'example.org:26656'}, /p2p\.external_address "example\.org:26656": expected \/ip4/],
    ['an external address with a name', {'p2p.external_address': '/dns/example.org/tcp/26656'}, /p2p\.external_address .*expected \/ip4/],
    ['an external address without a port', {'p2p.external_address': '/ip4/8.8.8.8'}, /p2p\.external_address .*expected \/ip4/],
    ['an external address of port 0', {'p2p.external_address': '/ip4/8.8.8.8/tcp/0'}, /p2p\.external_address .*expected \/ip4/],
    ['an external address that stands for all', {'p2p.external_address': '/ip4/0.0.0.0/tcp/26656'}, /everywhere and nowhere/],
    ['an external address with an id', {'p2p.external_address': '/ip4/8.8.8.8/tcp/1/p2p/12D3KooWGRUVh7BdGKCjbCgAsnBqUTqFgkUqwqaHXUrsHGQ4JoRr'}, /p2p\.external_address .*expected \/ip4/],
    ['a seed that is no address', {'p2p.seeds': 'example.org'}, /example\.org/],
    ['a private peer that is no id', {'p2p.private_peer_ids': 'x'}, /"x" among the private peer ids is no peer id/],
    ['an unconditional peer that is no id', {'p2p.unconditional_peer_ids': 'x'}, /"x" among the unconditional peer ids is no peer id/],
  ])('with %s', async (_name, flags, message) => {
    await expect(start(flags)).rejects.toThrow(message);
    expect(logged).not.toContain('Listening for peers');
  });

  // The network is up already then: snapshots are asked of peers.
  it.each([
    ['state sync and one RPC server', {...SYNC, 'state_sync.rpc_servers': 'http://127.0.0.1:1'}, /two or more nodes: state_sync\.rpc_servers names 1/],
    ['state sync without a trusted height', {...SYNC, 'state_sync.trust_height': '0'}, /set state_sync\.trust_height \(1 or more\)/],
    ['state sync without a trusted hash', {...SYNC, 'state_sync.trust_hash': ''}, /state_sync\.trust_hash \(64 hex digits\)/],
    ['state sync and a trusted hash that is too short', {...SYNC, 'state_sync.trust_hash': 'ab'.repeat(31)}, /state_sync\.trust_hash/],
  ])('with %s', async (_name, flags, message) => {
    await expect(start(flags)).rejects.toThrow(message);
  });

  it('with state sync while no RPC server answers: it waits, says so, and can be stopped', async () => {
    const waits = Promise.withResolvers<void>();
    const watching = {...logger, warn: (_fields: object, message: string) => message.includes('no server of state_sync.rpc_servers answers') && waits.resolve()};
    const node = new Node({home, config: loadConfig({flags: {...PORTS, ...SYNC}})}, {logger: {...watching, child: () => watching as unknown as Logger}});
    const started = node.start();
    await waits.promise;
    await Promise.all([expect(started).rejects.toThrow(/state sync cannot begin/), node.stop()]);
  });

  it('and does with all of them as they should be', async () => {
    process.env['QANAT_TEST_ADMIN'] = '1';
    const node = await start({'p2p.external_address': '/ip4/8.8.8.8/tcp/26656', 'p2p.seed_mode': 'true'});
    expect(logged).toContain('Listening for peers');
    await node.stop();
  });
});
