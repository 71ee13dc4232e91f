/**
 * Algorithm 1 of "The latest gossip on BFT consensus" (arXiv 1807.04938), rule by rule: what is done, in which order, and where that
 * leaves the validator. Powers are 4, 2, 2, 1 of 9, so that votes can stand exactly at a third and at two thirds; proposers of rounds
 * 0 to 4 are validators 0, 1, 2, 0, 3.
 */
import {describe, expect, it} from '@jest/globals';
import {VoteType, type BlockID} from '#proto';
import {A, address, B, Driver, name, NIL, validatorSet} from '../support.ts';

const POWERS = [4, 2, 2, 1] as const;

type Case = readonly [rule: string, driver: () => Driver, act: (driver: Driver) => string[], effects: readonly string[], after: string];

function stand({state}: Driver): string {
  const at = (value: BlockID | undefined, round: number): string => (value === undefined ? 'none' : `${name(value)}@${round}`);
  return `${state.round} ${state.step}, lock ${at(state.lockedValue, state.lockedRound)}, valid ${at(state.validValue, state.validRound)}`;
}

function check(cases: readonly Case[]): void {
  it.each(cases)('%s', (_, create, act, effects, after) => {
    const driver = create();
    expect(act(driver)).toEqual(effects);
    expect(stand(driver)).toBe(after);
  });
}

function started(own = 3, round = 0): Driver {
  const driver = new Driver(own, validatorSet(POWERS));
  driver.start(round);
  return driver;
}

function after(driver: Driver, ...acts: ((driver: Driver) => unknown)[]): Driver {
  for (const act of acts) act(driver);
  return driver;
}

const prevotes = (round: number, id: BlockID, ...from: number[]) => (driver: Driver) => from.map((index) => driver.prevote(round, index, id)).at(-1)!;
const precommits = (round: number, id: BlockID, ...from: number[]) => (driver: Driver) => from.map((index) => driver.precommit(round, index, id)).at(-1)!;

/** Validator 3 in round `round`, at step precommit, locked on `id`. */
function lock(driver: Driver, id: BlockID, round: number): Driver {
  return after(driver, (d) => d.value(id), (d) => d.proposal(round, id), prevotes(round, id, 0, 1, 3));
}

/** At step prevote, without a proposal. */
function atPrevote(round = 0): Driver {
  return after(started(3, round), (d) => d.timeout('propose', round));
}

it('the powers are as the head of this file says', () => {
  const {info} = started();
  expect(info.validators.totalVotingPower).toBe(9n);
  expect([0, 1, 2, 3, 4].map((round) => info.proposer(round).address)).toEqual([0, 1, 2, 0, 3].map(address));
});

describe('lines 11-21, StartRound', () => check([
  ['12-13: round and step come before anything else', () => new Driver(3, validatorSet(POWERS)), (d) => d.start(3), ['step 3 propose', 'timeout propose 3 130ms'], '3 propose, lock none, valid none'],
  ['14, 18: the proposer asks for a value', () => new Driver(0, validatorSet(POWERS)), (d) => d.start(), ['step 0 propose', 'getValue', 'timeout propose 0 100ms'], '0 propose, lock none, valid none'],
  ['19: proposes it without a proof', () => started(0), (d) => d.give({type: 'proposeValue', round: 0, blockId: A}), ['sign proposal A pol -1'], '0 propose, lock none, valid none'],
  ['15-16, 19: proposes its valid value with its round', () => lock(started(1), A, 0), (d) => d.start(1), ['step 1 propose', 'sign proposal A pol 0', 'timeout propose 1 110ms'], '1 propose, lock A@0, valid A@0'],
  ['15-16: the valid value, not the lock', () => after(lock(started(3), A, 0), (d) => d.start(1), (d) => d.timeout('propose', 1), (d) => d.timeout('prevote', 1), prevotes(1, B, 0, 1, 2), (d) => d.value(B)), (d) => d.start(4), ['step 4 propose', 'sign proposal B pol 1', 'timeout propose 4 140ms'], '4 propose, lock A@0, valid B@1'],
  ['21: the others start timeoutPropose', () => new Driver(2, validatorSet(POWERS)), (d) => d.start(), ['step 0 propose', 'timeout propose 0 100ms'], '0 propose, lock none, valid none'],
  ['11: not back to a round that is over', () => started(3, 2), (d) => d.start(1), [], '2 propose, lock none, valid none'],
]));

describe('lines 22-27, a proposal without proof of lock', () => check([
  ['22: no vote without the proposal', () => started(), (d) => d.value(A), [], '0 propose, lock none, valid none'],
  ['22: no vote without the value', () => started(), (d) => d.proposal(0, A), ['log proposal'], '0 propose, lock none, valid none'],
  ['22: not of another round', () => after(started(3, 1), (d) => d.value(A)), (d) => d.proposal(0, A), ['log proposal'], '1 propose, lock none, valid none'],
  ['22: only while at step propose', () => after(atPrevote(), (d) => d.value(A)), (d) => d.proposal(0, A), ['log proposal'], '0 prevote, lock none, valid none'],
  ['23-24, 27: valid and nothing locked', () => after(started(), (d) => d.proposal(0, A)), (d) => d.value(A), ['sign prevote A', 'step 0 prevote'], '0 prevote, lock none, valid none'],
  ['23, 26: not valid', () => after(started(), (d) => d.proposal(0, A)), (d) => d.value(A, false), ['sign prevote nil', 'step 0 prevote'], '0 prevote, lock none, valid none'],
  ['23-24: it is the lock', () => after(lock(started(), A, 0), (d) => d.start(1)), (d) => d.proposal(1, A), ['log proposal', 'sign prevote A', 'step 1 prevote'], '1 prevote, lock A@0, valid A@0'],
  ['23, 26: something else is locked', () => after(lock(started(), A, 0), (d) => d.start(1), (d) => d.value(B)), (d) => d.proposal(1, B), ['log proposal', 'sign prevote nil', 'step 1 prevote'], '1 prevote, lock A@0, valid A@0'],
  ['23, 26: something else is locked, and a proof that the proposal does not name does not count', () => after(lock(started(), A, 0), (d) => d.start(1), (d) => d.timeout('propose', 1), prevotes(1, B, 0, 1, 2), (d) => d.start(2), (d) => d.value(B)), (d) => d.proposal(2, B), ['log proposal', 'sign prevote nil', 'step 2 prevote'], '2 prevote, lock A@0, valid A@0'],
]));

describe('lines 28-33, a proposal with the proof of round vr', () => {
  const lockedLate = (): Driver => after(lock(after(started(), prevotes(0, B, 0, 1, 2), (d) => d.start(1)), A, 1), (d) => d.start(2), (d) => d.value(B));
  check([
    ['28: exactly two thirds of vr are not 2f+1', () => after(started(), (d) => d.value(B), prevotes(0, B, 0, 1), (d) => d.start(1)), (d) => d.proposal(1, B, 0), ['log proposal'], '1 propose, lock none, valid none'],
    ['28-30: one vote more is', () => after(started(), (d) => d.value(B), prevotes(0, B, 0, 1), (d) => d.start(1), (d) => d.proposal(1, B, 0)), prevotes(0, B, 3), ['log vote', 'sign prevote B', 'step 1 prevote'], '1 prevote, lock none, valid none'],
    ['28: votes of vr for another value do not count', () => after(started(), (d) => d.value(B), prevotes(0, B, 0, 1), prevotes(0, A, 2), prevotes(0, NIL, 3), (d) => d.start(1)), (d) => d.proposal(1, B, 0), ['log proposal'], '1 propose, lock none, valid none'],
    ['28: votes of another round than vr do not count', () => after(started(), (d) => d.value(B), prevotes(0, B, 0, 1, 2), (d) => d.start(2)), (d) => d.proposal(2, B, 1), ['log proposal'], '2 propose, lock none, valid none'],
    ['28: vr of the round itself is no proposal', () => after(started(3, 1), (d) => d.value(B), prevotes(1, B, 0, 1, 2)), (d) => d.proposal(1, B, 1), [], '1 propose, lock none, valid none'],
    ['28: nor is a later vr', () => started(3, 1), (d) => d.proposal(1, B, 2), [], '1 propose, lock none, valid none'],
    ['28: nor one below -1', () => started(3, 1), (d) => d.proposal(1, B, -2), [], '1 propose, lock none, valid none'],
    ['29-30: locked before vr on something else', () => after(lock(started(), A, 0), (d) => d.start(1), (d) => d.timeout('propose', 1), prevotes(1, B, 0, 1, 2), (d) => d.start(2), (d) => d.value(B)), (d) => d.proposal(2, B, 1), ['log proposal', 'sign prevote B', 'step 2 prevote'], '2 prevote, lock A@0, valid A@0'],
    [
      '29-30: locked in vr itself on something else, as two quorums of one round by equivocators allow',
      () => after(lock(started(), A, 0), (d) => d.give({type: 'majorityClaim', peer: 'p', round: 0, voteType: VoteType.Prevote, blockId: B}), prevotes(0, B, 0, 1, 2), (d) => d.start(1), (d) => d.value(B)),
      (d) => d.proposal(1, B, 0), ['log proposal', 'sign prevote B', 'step 1 prevote'], '1 prevote, lock A@0, valid A@0',
    ],
    ['29, 32: locked after vr on something else', lockedLate, (d) => d.proposal(2, B, 0), ['log proposal', 'sign prevote nil', 'step 2 prevote'], '2 prevote, lock A@1, valid A@1'],
    ['29-30: locked after vr on it', () => after(lock(after(started(), prevotes(0, A, 0, 1, 2), (d) => d.start(1)), A, 1), (d) => d.start(2)), (d) => d.proposal(2, A, 0), ['log proposal', 'sign prevote A', 'step 2 prevote'], '2 prevote, lock A@1, valid A@1'],
    ['29, 32: not valid, whatever was voted', () => after(started(), (d) => d.value(B, false), prevotes(0, B, 0, 1, 2), (d) => d.start(1)), (d) => d.proposal(1, B, 0), ['log proposal', 'sign prevote nil', 'step 1 prevote'], '1 prevote, lock none, valid none'],
  ]);
});

describe('lines 34-35, prevotes for anything', () => check([
  ['exactly two thirds start nothing', () => after(atPrevote(), prevotes(0, A, 0)), prevotes(0, NIL, 1), ['log vote'], '0 prevote, lock none, valid none'],
  ['more start timeoutPrevote', () => after(atPrevote(), prevotes(0, A, 0), prevotes(0, NIL, 1)), prevotes(0, B, 3), ['log vote', 'timeout prevote 0 50ms'], '0 prevote, lock none, valid none'],
  ['once in a round', () => after(atPrevote(), prevotes(0, A, 0), prevotes(0, NIL, 1), prevotes(0, B, 3)), prevotes(0, NIL, 2), ['log vote'], '0 prevote, lock none, valid none'],
  ['and once in the next', () => after(atPrevote(), prevotes(0, A, 0), prevotes(0, NIL, 1, 2), (d) => d.start(1), (d) => d.timeout('propose', 1), prevotes(1, A, 0), prevotes(1, NIL, 1)), prevotes(1, NIL, 2), ['log vote', 'timeout prevote 1 55ms'], '1 prevote, lock none, valid none'],
  ['not at step propose', () => after(started(), prevotes(0, A, 0), prevotes(0, NIL, 1)), prevotes(0, B, 2), ['log vote'], '0 propose, lock none, valid none'],
  ['but on arriving at step prevote', () => after(started(), prevotes(0, A, 0), prevotes(0, NIL, 1), prevotes(0, B, 2)), (d) => d.timeout('propose', 0), ['log timeout', 'sign prevote nil', 'step 0 prevote', 'timeout prevote 0 50ms'], '0 prevote, lock none, valid none'],
  ['not at step precommit', () => after(atPrevote(), (d) => d.timeout('prevote', 0), prevotes(0, A, 0), prevotes(0, NIL, 1)), prevotes(0, B, 2), ['log vote'], '0 precommit, lock none, valid none'],
]));

describe('lines 36-43, prevotes for a value', () => {
  const prevoted = (): Driver => after(started(), (d) => d.value(A), (d) => d.proposal(0, A));
  check([
    ['36: exactly two thirds lock nothing', () => after(prevoted(), prevotes(0, A, 0)), prevotes(0, A, 1), ['log vote'], '0 prevote, lock none, valid none'],
    ['37-43: more lock, precommit, and are remembered', () => after(prevoted(), prevotes(0, A, 0, 1)), prevotes(0, A, 3), ['log vote', 'sign precommit A', 'step 0 precommit', 'valid A'], '0 precommit, lock A@0, valid A@0'],
    ['36: the first time only', () => lock(started(), A, 0), prevotes(0, A, 2), ['log vote'], '0 precommit, lock A@0, valid A@0'],
    ['36: not at step propose', () => after(started(), (d) => d.value(A)), prevotes(0, A, 0, 1, 2), ['log vote'], '0 propose, lock none, valid none'],
    ['36: but on arriving at step prevote, whatever was prevoted there', () => after(started(), (d) => d.value(A), prevotes(0, A, 0, 1, 2)), (d) => d.timeout('propose', 0), ['log timeout', 'sign prevote nil', 'step 0 prevote', 'sign precommit A', 'step 0 precommit', 'valid A'], '0 precommit, lock A@0, valid A@0'],
    ['37, 42-43: at step precommit only the valid value changes', () => after(atPrevote(), (d) => d.timeout('prevote', 0), (d) => d.value(A), prevotes(0, A, 0, 1)), prevotes(0, A, 3), ['log vote', 'valid A'], '0 precommit, lock none, valid A@0'],
    ['37, 42-43: and an older lock stays', () => after(lock(started(), A, 0), (d) => d.start(1), (d) => d.timeout('propose', 1), (d) => d.timeout('prevote', 1), (d) => d.value(B), prevotes(1, B, 0, 1)), prevotes(1, B, 2), ['log vote', 'valid B'], '1 precommit, lock A@0, valid B@1'],
    ['38-39: a later round locks anew on the same', () => lock(after(lock(started(), A, 0), (d) => d.start(1)), A, 1), (d) => d.start(2), ['step 2 propose', 'timeout propose 2 120ms'], '2 propose, lock A@1, valid A@1'],
    ['38-39: a later round locks on something else, though nil was prevoted', () => after(lock(started(), A, 0), (d) => d.start(1), (d) => d.value(B), (d) => d.proposal(1, B), prevotes(1, B, 0, 1)), prevotes(1, B, 2), ['log vote', 'sign precommit B', 'step 1 precommit', 'valid B'], '1 precommit, lock B@1, valid B@1'],
    ['36: of a round that is over they do nothing', () => after(started(), (d) => d.value(A), prevotes(0, A, 0, 1), (d) => d.start(1)), prevotes(0, A, 2), ['log vote'], '1 propose, lock none, valid none'],
    ['36: an invalid value is not locked; time goes on', () => after(atPrevote(), (d) => d.value(A, false), prevotes(0, A, 0, 1)), prevotes(0, A, 2), ['log vote', 'timeout prevote 0 50ms'], '0 prevote, lock none, valid none'],
    ['36: a value that is not here is fetched; time goes on', () => after(atPrevote(), prevotes(0, A, 0, 1)), prevotes(0, A, 2), ['log vote', 'fetch A', 'timeout prevote 0 50ms'], '0 prevote, lock none, valid none'],
  ]);
});

describe('lines 44-46, prevotes for nil', () => check([
  ['exactly two thirds do nothing', () => after(atPrevote(), prevotes(0, NIL, 0)), prevotes(0, NIL, 1), ['log vote'], '0 prevote, lock none, valid none'],
  ['more precommit nil', () => after(atPrevote(), prevotes(0, NIL, 0, 1)), prevotes(0, NIL, 3), ['log vote', 'sign precommit nil', 'step 0 precommit'], '0 precommit, lock none, valid none'],
  ['not at step propose', () => after(started(), prevotes(0, NIL, 0, 1)), prevotes(0, NIL, 2), ['log vote'], '0 propose, lock none, valid none'],
  ['not again at step precommit', () => after(atPrevote(), prevotes(0, NIL, 0, 1, 3)), prevotes(0, NIL, 2), ['log vote'], '0 precommit, lock none, valid none'],
  ['the lock stays', () => after(lock(started(), A, 0), (d) => d.start(1), (d) => d.timeout('propose', 1), prevotes(1, NIL, 0, 1)), prevotes(1, NIL, 3), ['log vote', 'sign precommit nil', 'step 1 precommit'], '1 precommit, lock A@0, valid A@0'],
]));

describe('lines 47-48, precommits for anything', () => check([
  ['exactly two thirds start nothing', () => after(started(), precommits(0, A, 0)), precommits(0, NIL, 1), ['log vote'], '0 propose, lock none, valid none'],
  ['more start timeoutPrecommit, at any step', () => after(started(), precommits(0, A, 0), precommits(0, NIL, 1)), precommits(0, B, 3), ['log vote', 'timeout precommit 0 30ms'], '0 propose, lock none, valid none'],
  ['all nil too', () => after(atPrevote(), precommits(0, NIL, 0, 1)), precommits(0, NIL, 3), ['log vote', 'timeout precommit 0 30ms'], '0 prevote, lock none, valid none'],
  ['once in a round', () => after(started(), precommits(0, A, 0), precommits(0, NIL, 1, 2)), precommits(0, NIL, 3), ['log vote'], '0 propose, lock none, valid none'],
  ['and once in the next', () => after(started(), precommits(0, NIL, 0, 1, 2), (d) => d.start(1), precommits(1, NIL, 0, 1)), precommits(1, NIL, 2), ['log vote', 'timeout precommit 1 33ms'], '1 propose, lock none, valid none'],
  ['not of a round that is over', () => after(started(3, 1), precommits(0, NIL, 0, 1)), precommits(0, NIL, 2), ['log vote'], '1 propose, lock none, valid none'],
]));

describe('lines 49-54, a decision', () => check([
  ['49: exactly two thirds decide nothing', () => after(started(), (d) => d.value(A), precommits(0, A, 0)), precommits(0, A, 1), ['log vote'], '0 propose, lock none, valid none'],
  ['50-51: more do, at any step', () => after(started(), (d) => d.value(A), precommits(0, A, 0, 1)), precommits(0, A, 3), ['log vote', 'step 0 commit', 'decide A in 0'], '0 commit, lock none, valid none'],
  ['49: in a round that is over', () => after(started(3, 3), (d) => d.value(A), precommits(1, A, 0, 1)), precommits(1, A, 3), ['log vote', 'step 3 commit', 'decide A in 1'], '3 commit, lock none, valid none'],
  ['49: whatever is locked since', () => after(started(), prevotes(0, A, 0, 1, 2), (d) => d.start(1), (d) => lock(d, B, 1), (d) => d.value(A), precommits(0, A, 0, 1)), precommits(0, A, 2), ['log vote', 'step 1 commit', 'decide A in 0'], '1 commit, lock B@1, valid B@1'],
  ['49: in a round that we have not reached', () => after(started(), (d) => d.value(A), (d) => d.prevote(1, 1, A), precommits(1, A, 1, 0)), precommits(1, A, 3), ['log vote', 'step 1 commit', 'decide A in 1'], '1 commit, lock none, valid none'],
  ['49: votes of two rounds are not added up', () => after(started(3, 1), (d) => d.value(A), precommits(0, A, 0, 1)), precommits(1, A, 2, 3), ['log vote'], '1 propose, lock none, valid none'],
  ['49: votes for two values are not added up', () => after(started(), (d) => d.value(A), precommits(0, A, 0, 1)), precommits(0, B, 2), ['log vote', 'timeout precommit 0 30ms'], '0 propose, lock none, valid none'],
  ['49: nil is no value', () => after(started(), precommits(0, NIL, 0, 1)), precommits(0, NIL, 2, 3), ['log vote'], '0 propose, lock none, valid none'],
  ['50-54: afterwards no rule of this height applies', () => after(started(), (d) => d.value(A), precommits(0, A, 0, 1, 2)), (d) => [...d.timeout('propose', 0), ...d.start(1), ...prevotes(1, A, 0, 1, 2)(d)], ['log vote'], '0 commit, lock none, valid none'],
]));

describe('lines 55-56, votes of a later round', () => check([
  ['exactly one third moves nobody', () => after(started(), prevotes(1, A, 1)), precommits(1, NIL, 3), ['log vote'], '0 propose, lock none, valid none'],
  ['more do: prevotes', () => after(started(), prevotes(1, A, 1)), prevotes(1, B, 2), ['log vote', 'step 1 propose', 'timeout propose 1 110ms'], '1 propose, lock none, valid none'],
  ['more do: precommits', () => after(started(), precommits(1, NIL, 1)), precommits(1, NIL, 2), ['log vote', 'step 1 propose', 'timeout propose 1 110ms'], '1 propose, lock none, valid none'],
  ['more do: one of each', () => after(started(), prevotes(1, A, 1)), precommits(1, NIL, 2), ['log vote', 'step 1 propose', 'timeout propose 1 110ms'], '1 propose, lock none, valid none'],
  ['one validator with more than a third alone', () => started(), prevotes(5, NIL, 0), ['log vote', 'step 5 propose', 'timeout propose 5 150ms'], '5 propose, lock none, valid none'],
  ['two votes of one validator count once', () => after(started(), prevotes(1, A, 1)), precommits(1, A, 1), ['log vote'], '0 propose, lock none, valid none'],
  ['votes of two rounds are not added up', () => after(started(), prevotes(1, A, 1)), prevotes(2, A, 2), ['log vote'], '0 propose, lock none, valid none'],
  ['at any step, and the lock comes along', () => after(lock(started(), A, 0), prevotes(2, NIL, 1)), prevotes(2, NIL, 2), ['log vote', 'step 2 propose', 'timeout propose 2 120ms'], '2 propose, lock A@0, valid A@0'],
  ['not back to a round that is over', () => started(3, 3), prevotes(1, A, 0, 1), ['log vote'], '3 propose, lock none, valid none'],
  ['what is here for that round counts at once', () => after(started(), (d) => d.value(A), (d) => d.proposal(1, A), prevotes(1, A, 1)), prevotes(1, A, 2), ['log vote', 'step 1 propose', 'timeout propose 1 110ms', 'sign prevote A', 'step 1 prevote'], '1 prevote, lock none, valid none'],
  ['a proposal alone moves nobody', () => after(started(), (d) => d.value(A)), (d) => d.proposal(1, A), ['log proposal'], '0 propose, lock none, valid none'],
]));

describe('lines 57-67, timeouts', () => check([
  ['57-60: timeoutPropose at step propose', () => started(), (d) => d.timeout('propose', 0), ['log timeout', 'sign prevote nil', 'step 0 prevote'], '0 prevote, lock none, valid none'],
  ['58-59: nil also when something is locked', () => after(lock(started(), A, 0), (d) => d.start(1)), (d) => d.timeout('propose', 1), ['log timeout', 'sign prevote nil', 'step 1 prevote'], '1 prevote, lock A@0, valid A@0'],
  ['58: not at another step', () => atPrevote(), (d) => d.timeout('propose', 0), [], '0 prevote, lock none, valid none'],
  ['58: not of another round', () => started(3, 1), (d) => d.timeout('propose', 0), [], '1 propose, lock none, valid none'],
  ['61-64: timeoutPrevote at step prevote', () => atPrevote(), (d) => d.timeout('prevote', 0), ['log timeout', 'sign precommit nil', 'step 0 precommit'], '0 precommit, lock none, valid none'],
  ['62: not at step propose', () => started(), (d) => d.timeout('prevote', 0), [], '0 propose, lock none, valid none'],
  ['62: not at step precommit', () => lock(started(), A, 0), (d) => d.timeout('prevote', 0), [], '0 precommit, lock A@0, valid A@0'],
  ['65-67: timeoutPrecommit starts the next round', () => lock(started(), A, 0), (d) => d.timeout('precommit', 0), ['log timeout', 'step 1 propose', 'timeout propose 1 110ms'], '1 propose, lock A@0, valid A@0'],
  ['65-67: at any step, without a precommit', () => started(), (d) => d.timeout('precommit', 0), ['log timeout', 'step 1 propose', 'timeout propose 1 110ms'], '1 propose, lock none, valid none'],
  ['66: not of another round', () => started(3, 1), (d) => d.timeout('precommit', 0), [], '1 propose, lock none, valid none'],
  ['66: not of another height', () => started(), (d) => d.give({type: 'timeout', kind: 'precommit', height: 6n, round: 0}), [], '0 propose, lock none, valid none'],
]));
