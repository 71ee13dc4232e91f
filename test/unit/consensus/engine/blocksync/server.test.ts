/** Serving peers that are behind: every part as it is stored, in order, fair, within a rate, and never more than a peer takes. */
import {beforeEach, describe, expect, it} from '@jest/globals';
import {blockToPartSet, decodeBlockSyncMessage, encodePart, type BlockSyncMessage} from '#proto';
import {BlockStore} from '#consensus/engine';
import * as limits from '../../../../../consensus/engine/blocksync/limits.ts';
import {BlockServer} from '../../../../../consensus/engine/blocksync/server.ts';
import {MemoryStore, Power} from '../../../../simulation/support/disk.ts';
import {Scheduler} from '../../../../simulation/support/scheduler.ts';
import {block} from './support.ts';

let scheduler: Scheduler;
let blockStore: BlockStore;
let server: BlockServer;
let sent: {readonly peer: string; readonly message: BlockSyncMessage; readonly at: number}[];
/** How many messages more each peer takes. */
let room: Map<string, number>;

beforeEach(async () => {
  scheduler = new Scheduler(1);
  blockStore = new BlockStore(new MemoryStore(new Power()));
  sent = [];
  room = new Map();
  for (let height = 1n; height <= 20n; height++) {
    const {header, ...rest} = block(height, height === 5n ? 200_000 : 10);
    const {partSet, blockId, size} = blockToPartSet({header, ...rest});
    await blockStore.save({header, ...rest}, partSet, {blockId, blockSize: BigInt(size), header, numTxs: 1n}, rest.lastCommit);
  }
  server = new BlockServer({
    clock: scheduler.clock(0, () => true),
    blockStore,
    network: {
      send: (peer, _channel, bytes) => {
        const left = room.get(peer) ?? Infinity;
        if (left <= 0) return false;
        room.set(peer, left - 1);
        sent.push({peer, message: decodeBlockSyncMessage(bytes), at: scheduler.now});
        return true;
      },
    },
  });
});

function heightsTo(peer: string): bigint[] {
  return sent.flatMap(({peer: to, message}) => (to === peer && message.type === 'blockResponse' ? [message.height] : []));
}

describe('a server of blocks', () => {
  it('tells a newcomer what it has', async () => {
    server.addPeer('a');
    await scheduler.run(100);
    expect(sent.map(({message}) => message)).toEqual([{type: 'statusResponse', height: 20n, base: 1n}]);
  });

  it('sends the stored bytes of every part, in the order of the requests, and says what it has not', async () => {
    server.addPeer('a');
    for (const height of [5n, 2n, 21n]) expect(server.blockRequest('a', height)).toBe(true);
    await scheduler.run(100);
    const [, ...answers] = sent.map(({message}) => message);
    const {partSet} = blockToPartSet(blockStore.loadBlock(5n)!);
    expect(answers.slice(0, partSet.total)).toEqual(
      partSet.parts().map((part) => ({type: 'blockResponse', height: 5n, partSetHeader: partSet.header, part: encodePart(part)})),
    );
    expect(answers.slice(partSet.total).map((answer) => ('height' in answer ? [answer.type, answer.height] : []))).toEqual([
      ['blockResponse', 2n],
      ['noBlockResponse', 21n],
    ]);
  });

  it('stops in the middle of a block for a peer that takes no more, and goes on from there', async () => {
    room.set('a', 3);
    server.addPeer('a');
    server.blockRequest('a', 5n);
    server.blockRequest('a', 6n);
    server.addPeer('b');
    server.blockRequest('b', 7n);
    await scheduler.run(100);
    expect(heightsTo('a')).toEqual([5n, 5n]);
    expect(heightsTo('b')).toEqual([7n]);
    room.delete('a');
    server.writable('a');
    await scheduler.run(200);
    expect(heightsTo('a')).toEqual([5n, 5n, 5n, 5n, 6n]);
  });

  it('serves no more at a time than its rate, and everyone in turn', async () => {
    for (const peer of ['a', 'b']) {
      server.addPeer(peer);
      for (let i = 0; i < limits.SERVED_REQUESTS_PER_PEER_MAX; i++) server.blockRequest(peer, BigInt((i % 4) + 1));
    }
    await scheduler.run(limits.SERVE_INTERVAL_MS - 1);
    expect(sent).toHaveLength(limits.SERVED_ANSWERS_PER_TURN);
    expect(Math.abs(heightsTo('a').length - heightsTo('b').length)).toBeLessThanOrEqual(1);
    await scheduler.run(1000);
    expect(heightsTo('a')).toHaveLength(limits.SERVED_REQUESTS_PER_PEER_MAX);
    const perTurn = new Map<number, number>();
    for (const {at} of sent) perTurn.set(at, (perTurn.get(at) ?? 0) + 1);
    for (const count of perTurn.values()) expect(count).toBeLessThanOrEqual(limits.SERVED_ANSWERS_PER_TURN);
  });

  it('serves large blocks by bytes', async () => {
    server.addPeer('a');
    for (let i = 0; i < 10; i++) server.blockRequest('a', 5n);
    await scheduler.run(limits.SERVE_INTERVAL_MS - 1);
    expect(heightsTo('a').length).toBeLessThanOrEqual(Math.ceil(limits.SERVED_BYTES_PER_TURN / 50_000));
    await scheduler.run(1000);
    expect(heightsTo('a')).toHaveLength(40);
  });

  it('refuses more open requests than an honest peer has', () => {
    server.addPeer('a');
    for (let i = 0; i < limits.SERVED_REQUESTS_PER_PEER_MAX; i++) expect(server.blockRequest('a', 1n)).toBe(true);
    expect(server.blockRequest('a', 1n)).toBe(false);
  });

  it('answers a flood of status requests once a turn, and strangers never', async () => {
    server.addPeer('a');
    for (let i = 0; i < 1000; i++) server.statusRequest('a');
    server.statusRequest('stranger');
    expect(server.blockRequest('stranger', 1n)).toBe(true);
    await scheduler.run(1000);
    expect(sent).toHaveLength(1);
    server.removePeer('a');
    server.blockRequest('a', 1n);
    await scheduler.run(2000);
    expect(sent).toHaveLength(1);
  });
});
