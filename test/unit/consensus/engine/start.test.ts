import {describe, expect, it} from '@jest/globals';
import {VoteType} from '#proto';
import {addMilliseconds, addVote, createVoteSet} from '#consensus/core';
import {RoundTimers} from '../../../../consensus/engine/loop/roundTimers.ts';
import {startDelayMs, type StartConditions} from '../../../../consensus/engine/loop/start.ts';
import {A, HEIGHT, validatorSet, vote} from '../support.ts';

const GENESIS = {seconds: 1_700_000_000n, nanos: 0};

const IDLE: StartConditions = {
  isInitialHeight: false,
  genesisTime: GENESIS,
  hasWork: false,
  fruitlessBlocks: 0,
  lastBlockHadTransactions: false,
  lastPrecommits: undefined,
  commitMs: 100,
  emptyBlockIntervalMs: 10_000,
};

function precommits(count: number): NonNullable<StartConditions['lastPrecommits']> {
  let set = createVoteSet(HEIGHT, 0, VoteType.Precommit, validatorSet());
  for (let index = 0; index < count; index++) set = addVote(set, vote(VoteType.Precommit, 0, index, A)).set;
  return set;
}

describe('the wait before the first round of a height', () => {
  const cases: readonly (readonly [what: string, conditions: Partial<StartConditions>, delayMs: number])[] = [
    ['idle: the interval of empty blocks', {}, 10_000],
    ['after transactions: one empty block soon', {lastBlockHadTransactions: true}, 100],
    ['work: at once', {hasWork: true}, 0],
    ['work, whether or not all precommits are in', {hasWork: true, lastPrecommits: precommits(3)}, 0],
    ['work that did not get into a block: back off', {hasWork: true, fruitlessBlocks: 1}, 100],
    ['the more, the longer', {hasWork: true, fruitlessBlocks: 4}, 800],
    ['up to the interval', {hasWork: true, fruitlessBlocks: 1000}, 10_000],
    ['no interval: as soon as all precommits are in', {emptyBlockIntervalMs: 0, lastPrecommits: precommits(4)}, 0],
    ['no interval: else after the commit pause', {emptyBlockIntervalMs: 0, lastPrecommits: precommits(3)}, 100],
    ['the pause is never longer than the interval', {emptyBlockIntervalMs: 30, lastBlockHadTransactions: true}, 30],
    ['the first block: at the genesis time', {isInitialHeight: true, genesisTime: addMilliseconds(GENESIS, 2500)}, 2500],
    ['the first block of a genesis that is past: at once', {isInitialHeight: true, genesisTime: addMilliseconds(GENESIS, -1)}, 0],
    ['a genesis in the far future stays within the timers\' range', {isInitialHeight: true, genesisTime: {seconds: 9_000_000_000n, nanos: 0}}, 2_147_483_647],
  ];
  it.each(cases)('%s', (_, conditions, delayMs) => {
    expect(startDelayMs({...IDLE, ...conditions}, GENESIS)).toBe(delayMs);
  });
});

describe('a timeout of a round', () => {
  /** Timers that fire late while the process is busy: each at its time, or at `busyUntil` if that is later. */
  function timersOf(busyUntil: number): {now: () => number; fired: number[]; timers: RoundTimers; run: () => void} {
    let now = 0;
    const waiting: {at: number; fn: () => void}[] = [];
    const fired: number[] = [];
    const clock = {
      now: () => addMilliseconds(GENESIS, now),
      setTimer: (delayMs: number, fn: () => void) => {
        const timer = {at: Math.max(now + delayMs, busyUntil), fn};
        waiting.push(timer);
        return () => void waiting.splice(waiting.indexOf(timer), 1);
      },
    };
    const run = (): void => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        now = next.at;
        next.fn();
      }
    };
    return {now: () => now, fired, timers: new RoundTimers(clock, ({round}) => fired.push(round)), run};
  }
  const timeout = {kind: 'propose', height: HEIGHT, round: 0, durationMs: 1030} as const;

  it('fires after its duration', () => {
    const {now, fired, timers, run} = timersOf(0);
    timers.schedule(timeout);
    run();
    expect([now(), fired]).toEqual([1030, [0]]);
  });

  it('does not count time in which the process could not hear its peers', () => {
    const {now, fired, timers, run} = timersOf(5000);
    timers.schedule(timeout);
    run();
    expect([now(), fired]).toEqual([5980, [0]]);
  });

  it('is replaced by a later one of its kind, and cancelled in any slice', () => {
    const {fired, timers, run} = timersOf(0);
    timers.schedule(timeout);
    timers.schedule({...timeout, round: 1});
    run();
    expect(fired).toEqual([1]);
    timers.schedule(timeout);
    timers.cancelAll();
    run();
    expect(fired).toEqual([1]);
  });
});
