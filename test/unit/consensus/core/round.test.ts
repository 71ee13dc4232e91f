/** Every rule of algorithm 1, with its effects in order. Proposers of rounds 0, 1, 2, 3 are validators 0, 1, 2, 3. */
import {describe, expect, it} from '@jest/globals';
import {VoteType} from '#proto';
import {coreLimits, createVoteSet} from '#consensus/core';
import {A, address, B, Driver, HEIGHT, NIL, validatorSet, vote} from '../support.ts';

describe('StartRound, lines 11-21', () => {
  it('the proposer asks for a value and starts its timeout', () => {
    expect(new Driver(0).start()).toEqual(['step 0 propose', 'getValue', 'timeout propose 0 100ms']);
  });
  it('signs what it was given', () => {
    const driver = new Driver(0);
    driver.start();
    expect(driver.give({type: 'proposeValue', round: 0, blockId: A})).toEqual(['sign proposal A pol -1']);
    expect(driver.give({type: 'proposeValue', round: 1, blockId: A})).toEqual([]);
  });
  it('makes its own proposal durable, then publishes it', () => {
    const driver = new Driver(0);
    driver.start();
    expect(driver.proposal(0, A, -1, '')).toEqual(['log proposal durably', 'publish proposal A']);
  });
  it('others wait', () => {
    expect(new Driver(1).start()).toEqual(['step 0 propose', 'timeout propose 0 100ms']);
  });
  it('a full node waits too', () => {
    expect(new Driver(-1).start()).toEqual(['step 0 propose', 'timeout propose 0 100ms']);
  });
  it('does not start a round twice', () => {
    const driver = new Driver(1);
    driver.start();
    expect(driver.start()).toEqual([]);
    expect(driver.outcome).toBe('ignored');
  });
  it('proposes its valid value again with the proof-of-lock round', () => {
    const driver = new Driver(1);
    driver.start();
    driver.proposal(0, A);
    driver.value(A);
    for (const index of [0, 2, 3]) driver.prevote(0, index, A);
    for (const index of [0, 2, 3]) driver.precommit(0, index, NIL);
    expect(driver.timeout('precommit', 0)).toEqual(['log timeout', 'step 1 propose', 'sign proposal A pol 0', 'timeout propose 1 110ms']);
  });
});

describe('a proposal without proof of lock, lines 22-27', () => {
  it('is prevoted when it is valid, once the whole block is here', () => {
    const driver = new Driver(1);
    driver.start();
    expect(driver.proposal(0, A)).toEqual(['log proposal']);
    expect(driver.value(A)).toEqual(['sign prevote A', 'step 0 prevote']);
  });
  it('is prevoted when the block comes first', () => {
    const driver = new Driver(1);
    driver.start();
    driver.value(A);
    expect(driver.proposal(0, A)).toEqual(['log proposal', 'sign prevote A', 'step 0 prevote']);
  });
  it('is prevoted nil when it is invalid', () => {
    const driver = new Driver(1);
    driver.start();
    driver.proposal(0, A);
    expect(driver.value(A, false)).toEqual(['sign prevote nil', 'step 0 prevote']);
  });
  it('is not signed for by a full node', () => {
    const driver = new Driver(-1);
    driver.start();
    driver.proposal(0, A);
    expect(driver.value(A)).toEqual(['step 0 prevote']);
  });
  it('waits for its round', () => {
    const driver = new Driver(2);
    driver.start();
    driver.value(B);
    expect(driver.proposal(1, B)).toEqual(['log proposal']);
    expect(driver.start(1)).toEqual(['step 1 propose', 'timeout propose 1 110ms', 'sign prevote B', 'step 1 prevote']);
  });
  it('the first one counts; far rounds, wrong heights and impossible proofs are ignored', () => {
    const driver = new Driver(2);
    driver.start();
    driver.proposal(0, A);
    driver.proposal(0, B);
    expect(driver.outcome).toBe('duplicate');
    driver.proposal(2, B);
    expect(driver.outcome).toBe('ignored');
    driver.proposal(1, B, 1);
    expect(driver.outcome).toBe('ignored');
    driver.proposal(1, NIL);
    expect(driver.outcome).toBe('ignored');
  });
});

/** Validator 3, locked on A in round 0, in round 1. */
function locked(): Driver {
  const driver = new Driver(3);
  driver.start();
  driver.proposal(0, A);
  driver.value(A);
  for (const index of [0, 1, 2]) driver.prevote(0, index, A);
  expect([driver.state.lockedRound, driver.state.step]).toEqual([0, 'precommit']);
  for (const index of [0, 1, 2]) driver.precommit(0, index, NIL);
  driver.timeout('precommit', 0);
  expect([driver.state.round, driver.state.step]).toEqual([1, 'propose']);
  return driver;
}

describe('the lock', () => {
  it('line 23: another fresh value is prevoted nil', () => {
    const driver = locked();
    driver.proposal(1, B);
    expect(driver.value(B)).toEqual(['sign prevote nil', 'step 1 prevote']);
  });
  it('line 23: the same fresh value is prevoted', () => {
    expect(locked().proposal(1, A)).toEqual(['log proposal', 'sign prevote A', 'step 1 prevote']);
  });
  it('line 28: a proof of lock needs 2f+1 prevotes of its round', () => {
    const driver = locked();
    driver.value(B);
    expect(driver.proposal(1, B, 0)).toEqual(['log proposal']);
    expect(driver.state.step).toBe('propose');
  });
  it('line 29: a proof of lock of an earlier round than the lock is prevoted nil', () => {
    // Locked on B in round 1; round 2 proposes A with the proof of round 0.
    const driver = locked();
    driver.proposal(1, B);
    driver.value(B);
    for (const index of [0, 1, 2]) driver.prevote(1, index, B);
    expect(driver.state.lockedRound).toBe(1);
    driver.start(2);
    expect(driver.proposal(2, A, 0)).toEqual(['log proposal', 'sign prevote nil', 'step 2 prevote']);
  });
  it('line 29: a proof of lock of the lock\'s round or later unlocks', () => {
    // Another value gets 2f+1 prevotes in round 1 while we prevote nil; round 2 proposes it with that proof.
    const driver = locked();
    driver.timeout('propose', 1);
    driver.timeout('prevote', 1);
    for (const index of [0, 1, 2]) driver.prevote(1, index, B);
    driver.start(2);
    driver.value(B);
    expect(driver.state.lockedValue).toEqual(A);
    expect(driver.proposal(2, B, 1)).toEqual(['log proposal', 'sign prevote B', 'step 2 prevote']);
    expect(driver.state.lockedValue).toEqual(A);
    driver.prevote(2, 0, B);
    driver.prevote(2, 1, B);
    expect(driver.prevote(2, 2, B)).toEqual(['log vote', 'sign precommit B', 'step 2 precommit', 'valid B']);
    expect([driver.state.lockedRound, driver.state.lockedValue]).toEqual([2, B]);
  });
  it('line 29: the locked value itself may come with any proof', () => {
    const driver = locked();
    expect(driver.proposal(1, A, 0)).toEqual(['log proposal', 'sign prevote A', 'step 1 prevote']);
  });
});

describe('2f+1 prevotes', () => {
  it('lines 36-43: lock, precommit, remember the valid value', () => {
    const driver = new Driver(3);
    driver.start();
    driver.proposal(0, A);
    driver.value(A);
    driver.prevote(0, 0, A);
    driver.prevote(0, 1, A);
    expect(driver.prevote(0, 2, A)).toEqual(['log vote', 'sign precommit A', 'step 0 precommit', 'valid A']);
    const {lockedRound, lockedValue, validRound, validValue} = driver.state;
    expect({lockedRound, lockedValue, validRound, validValue}).toEqual({lockedRound: 0, lockedValue: A, validRound: 0, validValue: A});
  });
  it('line 42: after the precommit only the valid value changes', () => {
    const driver = new Driver(3);
    driver.start();
    driver.proposal(0, A);
    driver.value(A);
    driver.prevote(0, 0, A);
    driver.prevote(0, 1, NIL);
    expect(driver.prevote(0, 2, A)).toEqual(['log vote', 'timeout prevote 0 50ms']);
    expect(driver.timeout('prevote', 0)).toEqual(['log timeout', 'sign precommit nil', 'step 0 precommit']);
    expect(driver.prevote(0, 3, A, '')).toEqual(['log vote durably', 'publish prevote A', 'valid A']);
    expect([driver.state.lockedRound, driver.state.validRound]).toEqual([-1, 0]);
  });
  it('lines 34-35: mixed votes start the timeout, once', () => {
    const driver = new Driver(3);
    driver.start();
    driver.timeout('propose', 0);
    driver.prevote(0, 0, A);
    driver.prevote(0, 1, NIL);
    expect(driver.prevote(0, 2, B)).toEqual(['log vote', 'timeout prevote 0 50ms']);
    expect(driver.prevote(0, 3, NIL, '')).toEqual(['log vote durably', 'publish prevote nil']);
  });
  it('lines 34-35: not before our own prevote', () => {
    const driver = new Driver(3);
    driver.start();
    for (const index of [0, 1, 2]) expect(driver.prevote(0, index, NIL)).toEqual(['log vote']);
    expect(driver.timeout('propose', 0)).toEqual(['log timeout', 'sign prevote nil', 'step 0 prevote', 'sign precommit nil', 'step 0 precommit']);
  });
  it('lines 44-46: for nil precommit nil', () => {
    const driver = new Driver(3);
    driver.start();
    driver.timeout('propose', 0);
    driver.prevote(0, 0, NIL);
    driver.prevote(0, 1, NIL);
    expect(driver.prevote(0, 2, NIL)).toEqual(['log vote', 'sign precommit nil', 'step 0 precommit']);
  });
  it('for a block that is not here ask for it, once', () => {
    const driver = new Driver(3);
    driver.start();
    driver.prevote(0, 0, A);
    driver.prevote(0, 1, A);
    expect(driver.prevote(0, 2, A)).toEqual(['log vote', 'fetch A']);
    expect(driver.timeout('propose', 0)).toEqual(['log timeout', 'sign prevote nil', 'step 0 prevote', 'timeout prevote 0 50ms']);
    // Line 36 needs no proposal message: +2/3 saw it.
    expect(driver.value(A)).toEqual(['sign precommit A', 'step 0 precommit', 'valid A']);
  });
});

describe('2f+1 precommits', () => {
  it('lines 47-48: mixed votes start the timeout, once; lines 65-67: the next round', () => {
    const driver = new Driver(3);
    driver.start();
    driver.precommit(0, 0, A);
    driver.precommit(0, 1, NIL);
    expect(driver.precommit(0, 2, NIL)).toEqual(['log vote', 'timeout precommit 0 30ms']);
    expect(driver.precommit(0, 3, NIL, '')).toEqual(['log vote durably', 'publish precommit nil']);
    expect(driver.timeout('precommit', 0)).toEqual(['log timeout', 'step 1 propose', 'timeout propose 1 110ms']);
  });
  it('lines 49-54: decide in the current round', () => {
    const driver = new Driver(3);
    driver.start();
    driver.proposal(0, A);
    driver.value(A);
    driver.precommit(0, 0, A);
    driver.precommit(0, 1, A);
    expect(driver.precommit(0, 2, A)).toEqual(['log vote', 'step 0 commit', 'decide A in 0']);
    expect(driver.state.decision).toEqual({round: 0, blockId: A});
    expect(driver.timeout('propose', 0)).toEqual([]);
    expect(driver.start(1)).toEqual([]);
  });
  it('line 49: decide in an earlier round', () => {
    const driver = locked();
    driver.proposal(1, B);
    driver.value(B);
    driver.precommit(0, 3, A, '');
    expect(driver.state.decision).toBeUndefined();
    const late = new Driver(3);
    late.start();
    late.start(2);
    late.value(A);
    late.precommit(0, 0, A);
    late.precommit(0, 1, A);
    expect(late.precommit(0, 2, A)).toEqual(['log vote', 'step 2 commit', 'decide A in 0']);
  });
  it('line 49: decide without having started the height, as one who catches up', () => {
    const driver = new Driver(3);
    driver.precommit(0, 0, A);
    driver.precommit(0, 1, A);
    expect(driver.precommit(0, 2, A)).toEqual(['log vote', 'fetch A decided']);
    expect(driver.value(A)).toEqual(['step 0 commit', 'decide A in 0']);
  });
  it('for a block that was refused as a proposal have it judged again, as the others decided it', () => {
    const driver = new Driver(3);
    driver.value(A, false);
    driver.precommit(0, 0, A);
    driver.precommit(0, 1, A);
    expect(driver.precommit(0, 2, A)).toEqual(['log vote', 'fetch A decided']);
    expect(driver.value(A, false)).toEqual([]);
    expect(driver.decided(A)).toEqual(['step 0 commit', 'decide A in 0']);
  });
  it.each([[true], [false]])('for an invalid block are more than f faults: halt; refused as a proposal: %s', (wasRefused) => {
    const driver = new Driver(3);
    if (wasRefused) driver.value(A, false);
    driver.precommit(0, 0, A);
    driver.precommit(0, 1, A);
    driver.precommit(0, 2, A);
    expect(() => driver.decided(A, false)).toThrow('invalid block');
  });
  it('exactly two thirds do not decide', () => {
    const driver = new Driver(-1, validatorSet([10, 10, 10]));
    driver.value(A);
    driver.precommit(0, 0, A);
    driver.precommit(0, 1, A);
    expect(driver.state.decision).toBeUndefined();
    expect(driver.precommit(0, 2, A)).toContain('decide A in 0');
  });
});

describe('round skip, lines 55-56', () => {
  it('+1/3 in a later round, by votes of either type', () => {
    const driver = new Driver(3);
    driver.start();
    expect(driver.prevote(2, 0, A)).toEqual(['log vote']);
    expect(driver.precommit(2, 1, NIL)).toEqual(['log vote', 'step 2 propose', 'timeout propose 2 120ms']);
  });
  it('one validator alone moves nobody, however often it votes', () => {
    const driver = new Driver(3);
    driver.start();
    driver.prevote(2, 0, A);
    driver.precommit(2, 0, A);
    expect(driver.state.round).toBe(0);
  });
  it('a validator may fill two far rounds and no more', () => {
    const driver = new Driver(3);
    driver.start();
    for (const round of [5, 6]) {
      driver.prevote(round, 0, A);
      expect(driver.outcome).toBe('accepted');
    }
    driver.prevote(7, 0, A);
    expect(driver.outcome).toBe('ignored');
    driver.prevote(1, 0, A);
    expect(driver.outcome).toBe('accepted');
    expect([...driver.state.votes.rounds.keys()]).toEqual([5, 6, 1]);
  });
});

describe('a decision in a far round', () => {
  it('is believed where a peer claims it, whatever its voters did before', () => {
    const driver = new Driver(3);
    driver.start();
    for (const index of [0, 1, 2]) for (const round of [10 + index, 20 + index]) driver.prevote(round, index, A);
    expect(driver.state.round).toBe(0);
    driver.precommit(30, 0, B);
    expect(driver.outcome).toBe('ignored');
    driver.give({type: 'majorityClaim', peer: 'p', round: 30, voteType: VoteType.Precommit, blockId: B});
    driver.precommit(30, 0, B);
    expect(driver.outcome).toBe('accepted');
    driver.precommit(30, 1, B);
    expect(driver.precommit(30, 2, B)).toEqual(['log vote', 'fetch B decided', 'timeout precommit 30 120ms']);
  });
  it('is claimed for a bounded number of rounds', () => {
    const driver = new Driver(3);
    driver.start();
    for (let round = 100; round < 1000; round++) {
      driver.give({type: 'majorityClaim', peer: `peer ${round}`, round, voteType: VoteType.Precommit, blockId: B});
    }
    expect(driver.state.votes.rounds.size).toBe(coreLimits.CLAIMED_FUTURE_ROUNDS_MAX);
  });
  it('is claimed by one peer for two rounds, so that a liar leaves room for the others', () => {
    const driver = new Driver(3);
    driver.start();
    for (let round = 100; round < 1000; round++) {
      driver.give({type: 'majorityClaim', peer: 'liar', round, voteType: VoteType.Precommit, blockId: B});
    }
    expect([...driver.state.votes.rounds.keys()]).toEqual([100, 101]);
    driver.give({type: 'majorityClaim', peer: 'honest', round: 30, voteType: VoteType.Precommit, blockId: B});
    for (const index of [0, 1]) driver.precommit(30, index, B);
    expect(driver.precommit(30, 2, B)).toEqual(['log vote', 'fetch B decided', 'timeout precommit 30 120ms']);
  });
});

describe('a precommit of the height before', () => {
  it('of ours, signed when the others had decided already, is logged durably and published', () => {
    const driver = new Driver(3);
    const lastPrecommits = createVoteSet(HEIGHT - 1n, 0, VoteType.Precommit, validatorSet());
    driver.state = {...driver.state, lastPrecommits};
    const late = (index: number, peer: string) => driver.give({type: 'vote', vote: vote(VoteType.Precommit, 0, index, A, HEIGHT - 1n), peer});
    expect(late(3, '')).toEqual(['log vote durably', 'publish precommit A']);
    expect(late(2, 'peer')).toEqual(['log vote']);
    expect(late(3, '')).toEqual([]);
  });
});

describe('timeouts', () => {
  it('lines 57-60 and 61-64', () => {
    const driver = new Driver(3);
    driver.start();
    expect(driver.timeout('propose', 0)).toEqual(['log timeout', 'sign prevote nil', 'step 0 prevote']);
    expect(driver.timeout('prevote', 0)).toEqual(['log timeout', 'sign precommit nil', 'step 0 precommit']);
  });
  it('of other heights, rounds and steps are ignored', () => {
    const driver = new Driver(3);
    expect(driver.timeout('precommit', 0)).toEqual([]);
    driver.start();
    expect(driver.timeout('prevote', 0)).toEqual([]);
    expect(driver.timeout('propose', 1)).toEqual([]);
    expect(driver.give({type: 'timeout', kind: 'propose', height: HEIGHT - 1n, round: 0})).toEqual([]);
    driver.timeout('propose', 0);
    expect(driver.timeout('propose', 0)).toEqual([]);
  });
  it('grow with the round', () => {
    expect(new Driver(1).start(7)).toEqual(['step 7 propose', 'timeout propose 7 170ms']);
  });
});

describe('equivocation', () => {
  it('shows both votes and counts the first', () => {
    const driver = new Driver(3);
    driver.start();
    driver.prevote(0, 0, A);
    expect(driver.prevote(0, 0, B)).toEqual(['equivocation of 0']);
    expect(driver.effects[0]).toMatchObject({
      voteA: vote(VoteType.Prevote, 0, 0, A),
      voteB: vote(VoteType.Prevote, 0, 0, B),
    });
    expect(driver.outcome).toBe('ignored');
  });
  it('counts the second where a peer claims +2/3 for its block', () => {
    const driver = new Driver(3);
    driver.start();
    driver.precommit(0, 0, B);
    driver.give({type: 'majorityClaim', peer: 'p', round: 0, voteType: VoteType.Precommit, blockId: A});
    driver.precommit(0, 1, A);
    driver.precommit(0, 2, A);
    expect(driver.precommit(0, 0, A)).toEqual(['equivocation of 0', 'log vote', 'fetch A decided']);
  });
});

it('apply changes nothing that it was given', () => {
  const driver = new Driver(3);
  driver.start();
  const before = structuredClone(driver.state);
  const {state} = driver;
  driver.proposal(0, A);
  driver.value(A);
  for (const index of [0, 1, 2]) driver.prevote(0, index, A);
  expect(state).toEqual(before);
});

it('the proposer of a round is that of the set advanced by as many turns', () => {
  const driver = new Driver(0);
  expect([0, 1, 2, 3, 4, 9].map((round) => driver.info.proposer(round).address)).toEqual([0, 1, 2, 3, 0, 1].map(address));
});

it('a block that had to make room is fetched again when it is decided', () => {
  const driver = new Driver(3);
  driver.start();
  driver.proposal(0, A);
  driver.value(A);
  driver.give({type: 'valueDropped', blockId: A});
  driver.precommit(0, 0, A);
  driver.precommit(0, 1, A);
  expect(driver.precommit(0, 2, A)).toContain('fetch A decided');
  driver.give({type: 'valueDropped', blockId: A});
  expect(driver.effects).toHaveLength(1);
  expect(driver.value(A)).toContain('decide A in 0');
});
