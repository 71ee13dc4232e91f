/** The block-sync channel's messages: bounds of their claims, of their shape and of their number. */
import {beforeEach, describe, expect, it} from '@jest/globals';
import {encodeBlockSyncMessage, sha256, utf8, type BlockSyncMessage} from '#proto';
import {BlockStore, Channel, type Logger} from '#consensus/engine';
import * as limits from '../../../../../consensus/engine/blocksync/limits.ts';
import {BlockSyncReactor} from '../../../../../consensus/engine/blocksync/reactor.ts';
import {MemoryStore, Power} from '../../../../simulation/support/disk.ts';
import {Random, Scheduler, GENESIS_TIME} from '../../../../simulation/support/scheduler.ts';

const QUIET: Logger = {debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined};

let reactor: BlockSyncReactor;
let scheduler: Scheduler;
let reports: string[];

beforeEach(() => {
  scheduler = new Scheduler(1);
  reports = [];
  reactor = new BlockSyncReactor({
    logger: QUIET,
    clock: scheduler.clock(0, () => true),
    network: {
      subscribe: () => () => undefined,
      peers: () => ['a', 'b', 'c', 'd'],
      send: () => true,
      onWritable: () => () => undefined,
      reportMisbehaviour: (peer, reason) => void reports.push(`${peer} ${reason}`),
    },
    blockStore: new BlockStore(new MemoryStore(new Power())),
    genesis: {genesisTime: GENESIS_TIME, initialHeight: 1n},
    blockBytesMax: () => 1_000_000,
    probed: () => undefined,
    changed: () => undefined,
  });
  reactor.start();
});

function give(peer: string, message: BlockSyncMessage): void {
  reactor.message(peer, Channel.BlockSync, encodeBlockSyncMessage(message));
}

describe('claims of height', () => {
  it('are bounded by the age of the chain', async () => {
    await scheduler.run(1000);
    const most = 1n + 1000n + limits.HEIGHT_CLAIM_SLACK;
    give('a', {type: 'statusResponse', height: most, base: 1n});
    give('b', {type: 'statusResponse', height: most + 1n, base: 1n});
    give('c', {type: 'statusResponse', height: 2n ** 62n, base: 1n});
    expect(reports).toEqual([`b claims height ${most + 1n}, which no chain of this age has`, `c claims height ${2n ** 62n}, which no chain of this age has`]);
  });

  it('raise what is shown only when a third of the peers make them', () => {
    expect(reactor.plausibleHeight).toBe(0n);
    for (const peer of ['a', 'b', 'c']) give(peer, {type: 'statusResponse', height: 10n, base: 1n});
    give('d', {type: 'statusResponse', height: 3_000_000n, base: 1n});
    expect(reactor.plausibleHeight).toBe(10n);
    give('c', {type: 'statusResponse', height: 11n, base: 1n});
    expect(reactor.plausibleHeight).toBe(11n);
  });
});

describe('messages that no honest peer sends', () => {
  const hash = sha256(utf8('parts'));
  const part = new Uint8Array(1);
  it.each<[string, BlockSyncMessage, string]>([
    ['a negative height', {type: 'statusResponse', height: -1n, base: 0n}, 'statusResponse: negative height'],
    ['a base above the height', {type: 'statusResponse', height: 1n, base: 2n}, 'statusResponse: base 2 above height 1'],
    ['a height without a base', {type: 'statusResponse', height: 1n, base: 0n}, 'statusResponse: height 1 without a base'],
    ['a request for height 0', {type: 'blockRequest', height: 0n}, 'blockRequest: height 0'],
    ['no block 0', {type: 'noBlockResponse', height: 0n}, 'noBlockResponse: height 0'],
    ['a block 0', {type: 'blockResponse', height: 0n, partSetHeader: {total: 1, hash}, part}, 'blockResponse: height 0'],
    ['a block of no parts', {type: 'blockResponse', height: 1n, partSetHeader: {total: 0, hash}, part}, 'blockResponse: a block of no parts'],
    ['a short hash', {type: 'blockResponse', height: 1n, partSetHeader: {total: 1, hash: part}, part}, 'blockResponse: part set hash of 1 bytes'],
  ])('%s', (_, message, reason) => {
    give('a', message);
    expect(reports).toEqual([`a ${reason}`]);
  });

  it('random, truncated and oversize bytes', () => {
    const random = new Random(7);
    const valid = encodeBlockSyncMessage({type: 'blockResponse', height: 1n, partSetHeader: {total: 1, hash}, part: new Uint8Array(70)});
    for (let i = 0; i < 500; i++) {
      const bytes = i % 2 === 0 ? valid.slice(0, random.below(valid.length)) : Uint8Array.from({length: random.below(80)}, () => random.below(256));
      reactor.peerRemoved('a');
      reactor.peerAdded('a');
      expect(() => reactor.message('a', Channel.BlockSync, bytes)).not.toThrow();
    }
    reports = [];
    reactor.message('b', Channel.BlockSync, new Uint8Array(131_073));
    expect(reports).toEqual(['b a malformed block-sync message']);
  });

  it('more requests at a time than are allowed', () => {
    for (let i = 0; i <= limits.SERVED_REQUESTS_PER_PEER_MAX; i++) give('a', {type: 'blockRequest', height: 1n});
    expect(reports).toEqual(['a more block requests at a time than are allowed']);
  });

  it('other channels and strangers are left alone', () => {
    reactor.message('a', Channel.State, part);
    give('stranger', {type: 'statusResponse', height: 2n ** 62n, base: 1n});
    expect(reports).toEqual([]);
  });
});
