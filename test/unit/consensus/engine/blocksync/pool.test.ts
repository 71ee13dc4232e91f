/** What peers may claim and send, and what becomes of it: blocks from those who have them, a report for each lie, and bounds on all that is kept. */
import {beforeEach, describe, expect, it} from '@jest/globals';
import {blockToPartSet, encodePart, makePartSet, type Block, type BlockSyncMessage} from '#proto';
import * as limits from '../../../../../consensus/engine/blocksync/limits.ts';
import {engineLimits} from '#consensus/engine';
import {block, responses, TestPool} from './support.ts';

let test: TestPool;

beforeEach(() => {
  test = new TestPool();
});

describe('requests', () => {
  it('go to all peers that have the blocks, in order of height, within each peer\'s share', () => {
    test.peer('a', 100n);
    test.peer('b', 100n);
    test.pool.fetch(1n);
    expect(test.asked.map(({height}) => height)).toEqual(Array.from({length: 2 * limits.REQUESTS_PER_PEER_INITIAL}, (_, i) => BigInt(i + 1)));
    expect(test.askedOf('a')).toHaveLength(limits.REQUESTS_PER_PEER_INITIAL);
    expect(test.askedOf('b')).toHaveLength(limits.REQUESTS_PER_PEER_INITIAL);
  });

  it('grow with deliveries up to the limits of a peer and of the pool', () => {
    test.peer('a', 10_000n);
    test.pool.fetch(1n);
    for (let height = 1n; height <= 500n && test.askedOf('a').includes(height); height++) test.give('a', height);
    expect(test.asked).toHaveLength(limits.POOL_HEIGHTS_MAX);
    expect(test.reports).toEqual([]);
    expect(test.pool.pair()?.first.height).toBe(1n);
    let advanced = 0n;
    for (let pair = test.pool.pair(); pair !== undefined; pair = test.pool.pair()) {
      test.pool.advance(pair.first);
      advanced += 1n;
    }
    expect(advanced).toBe(BigInt(limits.POOL_HEIGHTS_MAX - 1));
    expect(test.asked.length - limits.POOL_HEIGHTS_MAX).toBe(limits.REQUESTS_PER_PEER_MAX);
  });

  it('ask nobody for what he does not claim', () => {
    test.peer('pruned', 100n, 50n);
    test.peer('short', 3n);
    test.peer('empty', 0n, 0n);
    test.pool.fetch(1n);
    expect(test.askedOf('pruned')).toEqual([]);
    expect(test.askedOf('short')).toEqual([1n, 2n, 3n]);
    expect(test.askedOf('empty')).toEqual([]);
  });

  it('wait for a peer whose queue is full', () => {
    test.full.add('a');
    test.peer('a', 100n);
    test.pool.fetch(1n);
    expect(test.asked).toEqual([]);
    test.full.clear();
    test.pool.tick();
    expect(test.asked.length).toBeGreaterThan(0);
  });

  it('go to the others while the queue of one is full, and so do probes', () => {
    for (const id of ['stuck', 'b']) test.peer(id, 100n);
    test.full.add('stuck');
    expect(test.pool.probe(1n, 17n)).toBe(true);
    expect(test.asked).toEqual([{peer: 'b', height: 17n}]);
    test.pool.fetch(1n);
    expect(test.askedOf('b').slice(1)).toEqual(Array.from({length: limits.REQUESTS_PER_PEER_INITIAL}, (_, i) => BigInt(i + 1)));
    test.tick(1);
    expect(test.askedOf('stuck')).toEqual([]);
    test.full.clear();
    test.tick(1);
    expect(test.askedOf('stuck')).toHaveLength(limits.REQUESTS_PER_PEER_INITIAL);
  });

  it('for a pair go to another peer when the queue of the first is full', () => {
    for (const id of ['a', 'b', 'c']) test.peer(id, 20n);
    test.pool.fetch(1n);
    const [first, second] = [test.lastAskedFor(1n)!, test.lastAskedFor(2n)!];
    const third = ['a', 'b', 'c'].find((id) => id !== first && id !== second)!;
    test.give(first, 1n, 10, 'of first');
    test.give(second, 2n, 10, 'of second');
    test.full.add(third);
    const pair = test.pool.pair()!;
    test.pool.redo(pair.first, pair.second, 'wrong');
    expect(test.lastAskedFor(1n)).toBe(test.lastAskedFor(2n));
    expect(test.asked.filter(({height}) => height === 1n)).toHaveLength(2);
  });

  it('of a peer that is gone go to others', () => {
    test.peer('a', 4n);
    test.pool.fetch(1n);
    test.give('a', 1n);
    test.peer('b', 4n);
    test.pool.removePeer('a');
    expect(test.askedOf('b')).toEqual([1n, 2n, 3n, 4n]);
  });

  it('are for no more peers than the limit', () => {
    for (let i = 0; i < limits.SYNC_PEERS_MAX + 5; i++) test.peer(`p${i}`, 100n);
    expect(test.pool.claims).toHaveLength(limits.SYNC_PEERS_MAX);
  });
});

describe('bytes held', () => {
  it('are bounded; the two blocks that are needed next are taken whatever the others hold', () => {
    test.blockBytesMax = 8_000_000;
    for (const id of ['a', 'b', 'c', 'd']) test.peer(id, 100n);
    test.pool.fetch(1n);
    // 4 MiB each: 16 of them fill the pool.
    const large = 4_194_304 - 1000;
    let given = 0;
    for (let i = 0; i < test.asked.length && i < 60; i++) {
      const {peer, height} = test.asked[i]!;
      if (height <= 2n) continue;
      test.give(peer, height, large);
      given += 1;
    }
    expect(test.reports).toEqual([]);
    expect(given * large).toBeGreaterThan(limits.POOL_BYTES_MAX);
    const held = Array.from({length: 100}, (_, i) => test.pool.pair(BigInt(i))).filter((pair) => pair !== undefined);
    expect(held.length * large).toBeLessThanOrEqual(limits.POOL_BYTES_MAX);
    expect(test.pool.pair()).toBeUndefined();
    test.give(test.lastAskedFor(1n)!, 1n, large);
    test.give(test.lastAskedFor(2n)!, 2n, large);
    expect(test.pool.pair()?.second.height).toBe(2n);
  });
});

describe('memory', () => {
  it('is counted for every transaction: many small ones take far more of it than their bytes', () => {
    for (const id of ['a', 'b']) test.peer(id, 100n);
    test.blockBytesMax = 8_000_000;
    test.pool.fetch(1n);
    const count = 100_000;
    const perBlock = count * limits.DECODED_TX_BYTES;
    const asked = test.asked.length;
    for (let i = 0; i < asked; i++) {
      const {peer, height} = test.asked[i]!;
      const crumbs: Block = {...block(height), txs: Array<Uint8Array>(count).fill(Uint8Array.of(1))};
      for (const response of responses(height, blockToPartSet(crumbs))) test.pool.blockResponse(peer, response);
    }
    expect(test.reports).toEqual([]);
    const held = Array.from({length: 100}, (_, i) => test.pool.pair(BigInt(i))).filter((pair) => pair !== undefined).length + 1;
    expect(held).toBeGreaterThanOrEqual(2);
    expect(held * perBlock).toBeLessThanOrEqual(limits.POOL_BYTES_MAX + 2 * perBlock);
    // What was let go of comes when it is its turn.
    let answered = asked;
    for (let height = 1n; height <= 10n; height++) {
      while (test.pool.pair() === undefined && answered < test.asked.length) {
        const request = test.asked[answered++]!;
        test.give(request.peer, request.height);
      }
      expect(test.pool.pair()?.first.height).toBe(height);
      test.pool.advance(test.pool.pair()!.first);
    }
    expect(test.reports).toEqual([]);
  });
});

describe('a pair that does not hold', () => {
  function failing(): {first: string; second: string} {
    for (const id of ['a', 'b', 'c']) test.peer(id, 20n);
    test.pool.fetch(1n);
    const first = test.lastAskedFor(1n)!;
    const second = test.lastAskedFor(2n)!;
    expect(first).not.toBe(second);
    test.give(first, 1n, 10, 'of first');
    test.give(second, 2n, 10, 'of second');
    const pair = test.pool.pair()!;
    test.pool.redo(pair.first, pair.second, 'wrong');
    return {first, second};
  }

  it('is asked of one other peer, and no one is reported before the truth is known', () => {
    const {first, second} = failing();
    expect(test.reports).toEqual([]);
    expect(test.lastAskedFor(1n)).toBe(test.lastAskedFor(2n));
    expect([first, second]).not.toContain(test.lastAskedFor(1n));
  });

  it.each([
    ['first', 'of second', [1n]],
    ['second', 'of first', [2n]],
    ['both', 'of neither', [1n, 2n]],
  ] as const)('reports who lied, and him alone: %s', (_, __, lies) => {
    const {first, second} = failing();
    const honest = test.lastAskedFor(1n)!;
    test.give(honest, 1n, 10, lies.some((height) => height === 1n) ? 'true' : 'of first');
    test.give(honest, 2n, 10, lies.some((height) => height === 2n) ? 'true' : 'of second');
    test.pool.advance(test.pool.pair()!.first);
    test.give(test.lastAskedFor(3n)!, 3n);
    test.pool.advance(test.pool.pair()!.first);
    const liars = lies.map((height) => `${height === 1n ? first : second} gave a wrong block ${height}`);
    expect(test.reasons()).toEqual(liars);
  });

  it('from one peer is that peer\'s lie', () => {
    test.peer('a', 20n);
    test.pool.fetch(1n);
    test.give('a', 1n);
    test.give('a', 2n);
    const {first, second} = test.pool.pair()!;
    test.pool.redo(first, second, 'a wrong signature');
    expect(test.reasons()).toEqual(['a gave blocks 1 and 2 of which the second does not prove the first: a wrong signature']);
    test.pool.addPeer('a');
    expect(test.pool.claims).toEqual([]);
  });

  it('is asked of the suspects in turn when there is nobody else; the liar is found', () => {
    for (const id of ['a', 'b']) test.peer(id, 20n);
    test.pool.fetch(1n);
    const truth = (peer: string, height: bigint): void => test.give(peer, height, 10, peer === 'b' ? 'false' : 'true');
    for (let attempts = 0; attempts < 5 && test.reports.length === 0; attempts++) {
      truth(test.lastAskedFor(1n)!, 1n);
      truth(test.lastAskedFor(2n)!, 2n);
      const {first, second} = test.pool.pair()!;
      if (first.peer === 'b' || second.peer === 'b') test.pool.redo(first, second, 'wrong');
      else test.pool.advance(first);
      if (first.peer === 'a' && second.peer === 'a') {
        truth(test.lastAskedFor(3n)!, 3n);
        if (test.pool.pair()?.second.peer === 'a') test.pool.advance(test.pool.pair()!.first);
      }
    }
    expect(test.reports.map(({peer}) => peer)).toEqual(['b']);
  });
});

describe('lies about the chain', () => {
  it.each([
    ['a lowered height', 9n, 1n, 'lowers its height from 10 to 9'],
    ['a lowered base', 10n, 4n, 'lowers its base from 5 to 4'],
  ])('%s', (_, height, base, reason) => {
    test.peer('a', 10n, 5n);
    test.pool.status('a', base, height);
    expect(test.reasons()).toEqual([`a ${reason}`]);
    expect(test.pool.claims).toEqual([]);
  });

  it('blocks that it claims, and has not', () => {
    test.peer('a', 10n);
    test.pool.fetch(1n);
    test.pool.noBlock('a', 1n);
    expect(test.reports).toEqual([]);
    expect(test.pool.isCaughtUp).toBe(false);
    test.pool.status('a', 1n, 10n);
    expect(test.reasons()).toEqual(['a lowers its base from 2 to 1']);
  });

  it('silence: a rest, a longer rest, a report', () => {
    test.peer('a', 2n ** 40n);
    test.pool.fetch(1n);
    test.tick(limits.RESPONSE_TICKS);
    expect(test.pool.isCaughtUp).toBe(false);
    test.tick(1);
    // Nobody is left to ask: consensus need not wait for this peer.
    expect(test.pool.isCaughtUp).toBe(true);
    test.tick(limits.REST_TICKS + limits.RESPONSE_TICKS + 1);
    test.tick(2 * limits.REST_TICKS + limits.RESPONSE_TICKS + 1);
    expect(test.reasons()).toEqual(['a does not deliver blocks that it says it has']);
  });

  it('what a silent peer owes is asked of others, and its late answer is no fault', () => {
    test.peer('slow', 10n);
    test.pool.fetch(1n);
    test.tick(limits.RESPONSE_TICKS);
    test.peer('b', 10n);
    test.tick(1);
    expect(test.lastAskedFor(1n)).toBe('b');
    test.give('slow', 1n);
    test.give('slow', 2n);
    test.give('b', 1n);
    test.give('b', 2n);
    expect(test.pool.pair()?.first.peer).toBe('b');
    expect(test.reports).toEqual([]);
  });

  it('a trickle is silence too, whatever size it announces: time is given for what has come, not for what is to come', () => {
    test.blockBytesMax = 8_000_000;
    test.peer('a', 100n);
    test.pool.fetch(1n);
    const parts = responses(1n, blockToPartSet(block(1n, 7_000_000)));
    const ticksPerPart = engineLimits.PART_BYTES / limits.RECEIVE_BYTES_PER_TICK_MIN;
    test.say('a', parts[0]!);
    test.tick(limits.RESPONSE_TICKS);
    expect(test.pool.isCaughtUp).toBe(false);
    test.tick(Math.ceil(ticksPerPart));
    expect(test.pool.isCaughtUp).toBe(true);
  });

  it('who keeps the next block for long is asked last when it goes on, and not reported', () => {
    for (const id of ['a', 'b']) test.peer(id, 100n);
    test.pool.fetch(1n);
    const slow = test.lastAskedFor(1n)!;
    test.pool.stalled();
    test.pool.pause();
    const before = test.asked.length;
    test.pool.fetch(1n);
    expect(test.asked.slice(before).filter(({peer}) => peer === slow)).toEqual([]);
    expect(test.reports).toEqual([]);
  });

  it('a large block at the lowest rate is no fault', () => {
    test.blockBytesMax = 8_000_000;
    test.peer('a', 2n);
    test.pool.fetch(1n);
    for (const height of [1n, 2n]) {
      for (const part of responses(height, blockToPartSet(block(height, 7_000_000)))) {
        test.tick(Math.floor(engineLimits.PART_BYTES / limits.RECEIVE_BYTES_PER_TICK_MIN));
        test.say('a', part);
      }
    }
    expect(test.pool.pair()?.second.height).toBe(2n);
    expect(test.reports).toEqual([]);
  });

  it('requests that it leaves out are asked again', () => {
    test.peer('a', 5n);
    test.pool.fetch(1n);
    test.give('a', 3n);
    expect(test.askedOf('a')).toEqual([1n, 2n, 3n, 4n, 5n, 1n, 2n]);
    test.give('a', 1n);
    test.give('a', 2n);
    expect(test.pool.pair(1n)).toBeDefined();
    expect(test.reports).toEqual([]);
  });
});

describe('answers that no honest peer gives', () => {
  const cases: readonly (readonly [what: string, lie: () => void, reason: RegExp])[] = [
    ['a block nobody asked for', () => test.give('a', 50n), /^a sent block 50, for which it was not asked/],
    ['a block twice', () => (test.give('a', 1n), test.give('a', 1n)), /^a sent block 1, for which it was not asked, or which it had sent/],
    ['a part twice', () => {
      const [part] = responses(1n, blockToPartSet(block(1n, 100_000)));
      test.say('a', part!);
      test.say('a', part!);
    }, /^a sent a part of block 1 twice/],
    ['parts of two blocks', () => {
      test.say('a', responses(1n, blockToPartSet(block(1n, 100_000)))[0]!);
      test.say('a', responses(1n, blockToPartSet(block(1n, 100_000, 'other')))[1]!);
    }, /^a sent parts of two blocks 1/],
    ['a part with a false proof', () => {
      const [first] = responses(1n, blockToPartSet(block(1n, 100_000)));
      const [other] = responses(1n, blockToPartSet(block(1n, 100_000, 'other')));
      test.say('a', {...first!, part: other!.part});
    }, /^a sent a part that is not of its block 1/],
    ['a part that is none', () => test.say('a', {...responses(1n, blockToPartSet(block(1n)))[0]!, part: Uint8Array.of(255, 255)}), /^a sent a part that is not of its block 1/],
    ['bytes that are no block', () => {
      const partSet = makePartSet(Uint8Array.of(255, 1, 2));
      const message: BlockSyncMessage = {type: 'blockResponse', height: 1n, partSetHeader: partSet.header, part: encodePart(partSet.part(0)!)};
      test.say('a', message);
    }, /^a sent a block 1 that cannot be read/],
    ['the block of another height', () => {
      for (const response of responses(1n, blockToPartSet(block(2n)))) test.say('a', response);
    }, /^a sent block 2 for block 1/],
    ['more parts than the parameters allow', () => test.say('a', oversize(6)), /^a sent a block 1 of 6 parts/],
    ['more parts than any block may have', () => test.say('a', oversize(4_000_000_000)), /^a sent a block 1 of 4000000000 parts/],
    ['no block of a height for which it was not asked', () => test.pool.noBlock('a', 50n), /^a has no block 50, and was not asked for it/],
  ];

  it.each(cases)('%s', (_, lie, reason) => {
    test.peer('a', 60n);
    test.pool.fetch(1n);
    lie();
    expect(test.reasons()).toEqual([expect.stringMatching(reason)]);
    // It is asked for nothing more.
    const before = test.asked.length;
    test.tick(5);
    expect(test.asked).toHaveLength(before);
  });

  it('a far block that is too large for now waits for its turn', () => {
    test.peer('a', 60n);
    test.pool.fetch(1n);
    test.say('a', {...oversize(6), height: 5n});
    expect(test.reports).toEqual([]);
    expect(test.askedOf('a').filter((height) => height === 5n)).toHaveLength(1);
  });

  function oversize(total: number): Extract<BlockSyncMessage, {type: 'blockResponse'}> {
    const [message] = responses(1n, blockToPartSet(block(1n)));
    return {...message!, partSetHeader: {...message!.partSetHeader, total}};
  }
});

describe('a probe', () => {
  it('asks one peer that has all blocks up to its height, and hands on the answer', () => {
    test.peer('pruned', 100n, 10n);
    test.peer('short', 15n);
    test.peer('a', 100n);
    expect(test.pool.probe(1n, 17n)).toBe(true);
    expect(test.pool.probe(1n, 17n)).toBe(false);
    expect(test.asked).toEqual([{peer: 'a', height: 17n}]);
    test.give('a', 17n);
    expect(test.probes.map(({height, peer}) => ({height, peer}))).toEqual([{height: 17n, peer: 'a'}]);
    expect(test.pool.probe(1n, 17n)).toBe(true);
  });

  it('that is not answered is made again, of another', () => {
    test.peer('a', 100n);
    test.pool.probe(1n, 17n);
    test.tick(limits.RESPONSE_TICKS + 1);
    test.peer('b', 100n);
    expect(test.pool.probe(1n, 17n)).toBe(true);
    expect(test.asked.at(-1)).toEqual({peer: 'b', height: 17n});
  });
});
