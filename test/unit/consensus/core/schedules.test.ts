/** Schedules made by hand against the locking rules: four validators of equal power, one of them a liar where one is named. */
import {describe, expect, it} from '@jest/globals';
import {VoteType} from '#proto';
import {A, B, blockId, NIL} from '../support.ts';
import {Schedule, type Message} from '../schedule.ts';

const {Prevote, Precommit} = VoteType;
const X = blockId('X');
const Y = blockId('Y');
const FAST = (): number => 1;

/** Everyone is in a later round than `round`, or has decided. */
function beyond(schedule: Schedule, round: number): () => boolean {
  return () => [...schedule.nodes.values()].every(({state}) => state.round > round || state.decision !== undefined);
}

/**
 * Liar 3 lets validator 2 alone see +2/3 prevotes for A: 1 does not get the proposal, and 3 prevotes A towards 2 and nil towards the
 * others. Validator 2 is locked on A, nobody else is, and the proposer of round 1 knows nothing of it.
 */
function hiddenLock(): Schedule {
  const schedule = new Schedule([0, 1, 2], ({kind, to, round}) => (kind === 'proposal' && to === 1 && round === 0 ? undefined : 1)).start();
  schedule.lie(3, [2], Prevote, 0, A);
  schedule.lie(3, [0, 1], Prevote, 0, NIL);
  schedule.lie(3, [0, 1, 2], Precommit, 0, NIL);
  schedule.run(beyond(schedule, 0));
  expect([0, 1, 2].map((index) => schedule.node(index).state.lockedRound)).toEqual([-1, -1, 0]);
  return schedule;
}

describe('the hidden lock', () => {
  /** To round 2, whose proposer is the locked one; the liar's votes let round 1 end. */
  function inRoundTwo(): Schedule {
    const schedule = hiddenLock();
    schedule.lie(3, [0, 1, 2], Prevote, 1, NIL);
    schedule.lie(3, [0, 1, 2], Precommit, 1, NIL);
    schedule.run(beyond(schedule, 1));
    expect(schedule.decisions()).toEqual([undefined, undefined, undefined]);
    expect(schedule.node(0).state.proposals.get(1)?.blockId).toEqual(B);
    return schedule;
  }

  it('decides when the locked one proposes and shows its proof', () => {
    const schedule = inRoundTwo();
    schedule.run(() => schedule.node(0).state.proposals.has(2) && schedule.node(1).state.proposals.has(2));
    expect(schedule.node(0).state.proposals.get(2)).toMatchObject({blockId: A, polRound: 0});
    expect(schedule.node(0).state.step).toBe('propose');
    // The others have the liar's other vote in round 0: its vote for A counts since 2 claims +2/3, and the liar is found out.
    schedule.showPolka(2, [0, 1], 0, A);
    schedule.run(() => schedule.decided());
    expect(schedule.decisions()).toEqual([A, A, A]);
    expect([...schedule.equivocators]).toEqual([3]);
  });

  it('never lets the others decide something else in its place without the liar', () => {
    const schedule = inRoundTwo();
    schedule.run(() => schedule.node(0).state.step === 'prevote' && schedule.node(1).state.step === 'prevote');
    // Without the proof they wait for timeoutPropose and prevote nil.
    expect([0, 1].map((index) => schedule.node(index).state.votes.rounds.get(2)?.prevotes.votes[index]?.blockId)).toEqual([NIL, NIL]);
    expect(schedule.node(2).state.lockedValue).toEqual(A);
  });
});

describe('amnesia of one third or less', () => {
  it('does not take back what was decided', () => {
    // A is prevoted by all; 0 alone sees the precommits of 0, 1 and the liar, and decides.
    const lost = ({kind, to, round}: Message): number | undefined => (kind === 'precommit' && round === 0 && to !== 0 ? undefined : 1);
    const schedule = new Schedule([0, 1, 2], lost).start();
    schedule.lie(3, [0, 1, 2], Prevote, 0, A);
    schedule.lie(3, [0], Precommit, 0, A);
    schedule.run(() => schedule.node(0).state.decision !== undefined);
    // Then the liar forgets its lock: nil precommits, and votes for B wherever it comes up.
    for (const index of [1, 2]) expect(schedule.node(index).state.lockedValue).toEqual(A);
    schedule.startRound(1);
    schedule.propose(3, [1, 2], 1, B);
    schedule.lie(3, [1, 2], Prevote, 1, B);
    schedule.lie(3, [1, 2], Precommit, 1, B);
    expect([1, 2].map((index) => schedule.node(index).state.lockedValue)).toEqual([A, A]);
    expect(schedule.decisions()).toEqual([A, undefined, undefined]);
  });

  it('lets only one value through when it was not', () => {
    // 0 alone locks on A; the liar precommits A towards it, forgets, and makes B's quorum with 1 and 2.
    const lost = ({kind, to, round}: Message): number | undefined => (kind === 'proposal' && round === 0 && to === 1 ? undefined : 1);
    const schedule = new Schedule([0, 1, 2], lost).start();
    schedule.lie(3, [0], Prevote, 0, A);
    schedule.lie(3, [1, 2], Prevote, 0, NIL);
    schedule.lie(3, [0], Precommit, 0, A);
    schedule.lie(3, [1, 2], Precommit, 0, NIL);
    schedule.run(() => schedule.node(1).state.round === 1 && schedule.node(1).state.proposals.has(1));
    schedule.lie(3, [0, 1, 2], Prevote, 1, B);
    schedule.lie(3, [0, 1, 2], Precommit, 1, B);
    schedule.run(() => schedule.decided());
    expect(schedule.node(0).state.lockedValue).toEqual(B);
    expect(schedule.decisions()).toEqual([B, B, B]);
  });
});

it('a proposer that sends X to one and Y to two: one value at most is locked, and that one is decided', () => {
  const schedule = new Schedule([1, 2, 3], FAST).start();
  schedule.propose(0, [1], 0, X);
  schedule.propose(0, [2, 3], 0, Y);
  schedule.lie(0, [1], Prevote, 0, X);
  schedule.lie(0, [2], Prevote, 0, NIL);
  schedule.lie(0, [3], Prevote, 0, Y);
  schedule.lie(0, [1, 2, 3], Precommit, 0, NIL);
  schedule.run(beyond(schedule, 0));
  expect([1, 2, 3].map((index) => schedule.node(index).state.lockedValue)).toEqual([undefined, undefined, Y]);
  for (const round of [1, 2]) {
    schedule.lie(0, [1, 2, 3], Prevote, round, NIL);
    schedule.lie(0, [1, 2, 3], Precommit, round, NIL);
    schedule.run(beyond(schedule, round));
  }
  schedule.run(() => [1, 2].every((index) => schedule.node(index).state.proposals.has(3)));
  schedule.showPolka(3, [1, 2], 0, Y);
  schedule.run(() => schedule.decided());
  expect(schedule.decisions()).toEqual([Y, Y, Y]);
  expect([...schedule.equivocators]).toEqual([0]);
});

it('the proof of an old round, shown again after a later lock, opens nothing', () => {
  // Liar 2 keeps back its vote for A in round 0; in round 1 the others lock on B and hear no precommits; in round 2 it proposes A again.
  const lost = ({kind, round}: Message): number | undefined => (kind === 'precommit' && round === 1 ? undefined : 1);
  const schedule = new Schedule([0, 1, 3], ({kind, to, round, ...rest}) => (kind === 'proposal' && round === 0 && to === 3 ? undefined : lost({kind, to, round, ...rest}))).start();
  schedule.lie(2, [0, 1, 3], Precommit, 0, NIL);
  schedule.run(beyond(schedule, 0));
  schedule.run(() => [0, 1, 3].every((index) => schedule.node(index).state.lockedRound === 1));
  schedule.lie(2, [0, 1, 3], Prevote, 0, A);
  schedule.startRound(2);
  // The votes of 0, 1 and 2 in round 0 would do, if 3 had not prevoted nil and they were not locked since.
  schedule.propose(2, [0, 1, 3], 2, A, 0);
  for (const index of [0, 1, 3]) {
    expect(schedule.node(index).state.votes.rounds.get(2)?.prevotes.votes[index]?.blockId).toEqual(NIL);
    expect(schedule.node(index).state.lockedValue).toEqual(B);
  }
  schedule.lie(2, [0, 1, 3], Prevote, 2, A);
  schedule.lie(2, [0, 1, 3], Precommit, 2, A);
  schedule.run(() => schedule.decided());
  expect(schedule.decisions()).toEqual([B, B, B]);
});

it('a value locked twice is proposed again with the later round', () => {
  const schedule = new Schedule([0, 1, 2, 3], ({kind, from, round}) => (kind === 'precommit' && round < 2 && from !== 0 ? 500 : 1)).start();
  for (const round of [0, 1]) {
    schedule.run(() => [...schedule.nodes.values()].every(({state}) => state.lockedRound === round));
    schedule.startRound(round + 1);
  }
  schedule.run(() => schedule.decided());
  expect(schedule.node(0).state.proposals.get(1)).toMatchObject({blockId: A, polRound: 0});
  expect(schedule.node(3).state.proposals.get(2)).toMatchObject({blockId: A, polRound: 1});
  expect(schedule.decisions()).toEqual([A, A, A, A]);
});

it('timeouts grow until a slow network decides', () => {
  // Messages take twice timeoutPropose of round 0: no proposal comes in time before the timeouts have doubled.
  const schedule = new Schedule([0, 1, 2, 3], () => 200).start();
  schedule.run(() => schedule.decided());
  const [first, ...others] = schedule.decisions();
  for (const other of others) expect(other).toEqual(first);
  expect(schedule.node(0).state.decision!.round).toBeGreaterThan(5);
});
