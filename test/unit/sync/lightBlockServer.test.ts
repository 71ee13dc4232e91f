/** Serving headers with their evidence: fair, and no faster for blocks that have to be read whole. */
import {describe, expect, it} from '@jest/globals';
import {decodeStateSyncMessage} from '#proto';
import type {StoredLightBlock} from '#consensus/engine';
import {syncLimits} from '#node/sync';
import {LightBlockServer} from '../../../node/sync/lightBlockServer.ts';
import {CHAIN, doubleVote} from '../consensus/evidence/support.ts';

const {SERVE_LIGHT_BLOCKS_INTERVAL_MS: INTERVAL, SERVED_BLOCK_BYTES_PER_TURN: BUDGET, SERVED_LIGHT_BLOCKS_PER_TURN: PER_TURN} = syncLimits;

class World {
  readonly answers: {peer: string; height: bigint; evidence: number}[] = [];
  readonly rests: number[] = [];
  private turn: (() => void) | undefined;
  readonly server: LightBlockServer;

  /** `blockBytes`: of the block whose evidence is asked for. */
  constructor(blockBytes: (height: bigint) => number) {
    this.server = new LightBlockServer({
      lightBlock: (height): StoredLightBlock => ({block: CHAIN.at(10), evidence: blockBytes(height) > 0 ? [doubleVote('cas', 15)] : [], blockBytes: blockBytes(height)}),
      network: {
        send: (peer, _channel, bytes) => {
          const message = decodeStateSyncMessage(bytes);
          if (message.type === 'lightBlockResponse') this.answers.push({peer, height: message.height, evidence: message.evidence.length});
          return true;
        },
      },
      clock: {
        setTimer: (delayMs, fn) => {
          this.rests.push(delayMs);
          this.turn = fn;
          return () => undefined;
        },
      },
    });
  }

  ask(peer: string, ...heights: bigint[]): void {
    this.server.addPeer(peer);
    for (const height of heights) this.server.request(peer, height);
  }

  next(): void {
    const {turn} = this;
    this.turn = undefined;
    turn?.();
  }
}

describe('a server of light blocks', () => {
  it('answers many that cost nothing in a turn, from all peers alike', () => {
    const world = new World(() => 0);
    world.ask('a', ...Array.from({length: 20}, (_, i) => BigInt(i + 1)));
    world.ask('b', 7n);
    world.next();
    expect(world.answers).toHaveLength(PER_TURN);
    expect(world.answers[1]).toEqual({peer: 'b', height: 7n, evidence: 0});
    expect(world.rests).toEqual([INTERVAL, INTERVAL]);
  });

  it('rests as long as the blocks that it read whole are worth', () => {
    const world = new World(() => 5 * BUDGET);
    world.ask('a', 1n, 2n);
    world.ask('b', 3n);
    world.next();
    expect(world.answers).toEqual([{peer: 'a', height: 1n, evidence: 1}]);
    expect(world.rests.at(-1)).toBe(5 * INTERVAL);
    // Who had its turn waits for the others.
    world.next();
    world.next();
    expect(world.answers.map(({peer, height}) => `${peer} ${height}`)).toEqual(['a 1', 'b 3', 'a 2']);
  });

  it('takes several small ones together', () => {
    const world = new World(() => BUDGET / 4);
    world.ask('a', 1n, 2n, 3n, 4n, 5n);
    world.next();
    expect(world.answers).toHaveLength(4);
    expect(world.rests.at(-1)).toBe(INTERVAL);
  });
});
