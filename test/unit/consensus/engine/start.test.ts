import {describe, expect, it} from '@jest/globals';
import {VoteType} from '#proto';
import {addMilliseconds, addVote, createVoteSet} from '#consensus/core';
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
