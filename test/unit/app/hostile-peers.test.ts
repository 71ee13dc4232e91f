/** Peers that send to a whole node what no reactor can decode: each is banned, and the node goes on making blocks. */
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, afterEach, beforeAll, describe, expect, it, jest} from '@jest/globals';
import {Node} from '#node/app';
import {main} from '#node/cli';
import {homePaths, loadConfig} from '#node/config';
import type {Logger} from '#node/telemetry';
import {parseGenesis, sha256} from '#proto';
import {CHANNELS} from '../../../node/p2p/channels.ts';
import {encodeFrame} from '../../../node/p2p/frames.ts';
import {HONEST_HELLO, Hostile} from '../p2p/hostile.ts';

const PORTS = {'p2p.port': '0', 'eth.port': '0', 'comet.port': '0', 'metrics.port': '0'};

interface Line {
  readonly fields: {readonly peer?: string; readonly reason?: string; readonly addresses?: readonly string[]};
  readonly message: string;
}

let home: string;
let node: Node;
let chainId: string;
let genesisHash: Uint8Array;
const lines: Line[] = [];
const waiters = new Set<() => void>();
const hostiles: Hostile[] = [];
const log = (fields: object, message: string): void => {
  lines.push({fields, message});
  for (const waiter of [...waiters]) waiter();
};
const logger: Logger = {debug: () => undefined, info: log, warn: log, error: log, child: () => logger};

function until<T>(find: () => T | undefined): Promise<T> {
  return new Promise(resolve => {
    const check = (): void => {
      const found = find();
      if (found === undefined) return;
      waiters.delete(check);
      resolve(found);
    };
    waiters.add(check);
    check();
  });
}

const blocks = (): number => lines.filter(({message}) => message === 'block').length;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'qanat-hostile-'));
  jest.spyOn(console, 'log').mockImplementation(() => undefined);
  expect(await main(['init', '--home', home])).toBe(0);
  const text = readFileSync(homePaths(home).genesis, 'utf8');
  ({chainId} = parseGenesis(text));
  genesisHash = sha256(new TextEncoder().encode(text));
  node = new Node({home, config: loadConfig({flags: {...PORTS, 'consensus.empty_block_interval_ms': '50'}})}, {logger});
  await node.start();
});

afterEach(async () => {
  await Promise.all(hostiles.splice(0).map(hostile => hostile.stop()));
  const before = blocks();
  await until(() => (blocks() >= before + 2 ? true : undefined));
});

afterAll(async () => {
  await node.stop();
  rmSync(home, {recursive: true});
});

async function peer(): Promise<Hostile> {
  const hostile = await Hostile.create(chainId);
  hostiles.push(hostile);
  await hostile.connect((await until(() => lines.find(({fields}) => fields.addresses !== undefined))).fields.addresses?.[0] ?? '');
  await hostile.greet({...HONEST_HELLO, chainId, genesisHash});
  await until(() => lines.find(({fields, message}) => message === 'Peer connected' && fields.peer === hostile.id));
  return hostile;
}

const GARBAGE = [
  ['bytes that are no protobuf', new Uint8Array(200).fill(0xff)],
  ['a field that ends too early', Uint8Array.of(0x0a, 0x7f, 0x01)],
  ['an unknown message', Uint8Array.of(0xfa, 0x3f, 0x01, 0x00)],
  ['groups without end', new Uint8Array(10_000).fill(0x0b)],
] as const;

describe.each(CHANNELS.map(({name}) => name))('on the %s channel', channel => {
  it.each(GARBAGE)('%s end in a ban', async (_name, bytes) => {
    const hostile = await peer();
    (await hostile.open(channel)).send(encodeFrame(bytes));
    await hostile.cutOff();
    await until(() => lines.find(({fields, message}) => message === 'Peer banned' && fields.peer === hostile.id));
  });

  it('a frame above the limit ends in a ban before its bytes are taken', async () => {
    const hostile = await peer();
    (await hostile.open(channel)).send(Uint8Array.of(0xff, 0xff, 0xff, 0x7f));
    await hostile.cutOff();
    const {fields} = await until(() => lines.find(({fields, message}) => message === 'Peer banned' && fields.peer === hostile.id));
    expect(fields.reason).toBe(`${channel} stream: oversize frame`);
  });
});
