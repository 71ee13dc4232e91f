import {describe, expect, it} from '@jest/globals';
import {BlockIDFlag, VoteType, type Commit, type Timestamp} from '#proto';
import {
  addMajorityClaim,
  addMilliseconds,
  addVote,
  createVoteSet,
  hasAll,
  hasQuorumOfAny,
  makeCommit,
  medianTime,
  powerFor,
  voteBits,
  voteSetFromCommit,
  type VoteSet,
} from '#consensus/core';
import {A, address, B, blockId, HEIGHT, NIL, validatorSet, vote} from '../support.ts';

const VALIDATORS = validatorSet([10, 10, 10, 10, 10, 10, 10]);

function empty(): VoteSet {
  return createVoteSet(HEIGHT, 0, VoteType.Precommit, VALIDATORS);
}

function precommit(index: number, id = A): ReturnType<typeof vote> {
  return vote(VoteType.Precommit, 0, index, id);
}

function filled(...votes: readonly ReturnType<typeof vote>[]): VoteSet {
  return votes.reduce((set, each) => addVote(set, each).set, empty());
}

describe('VoteSet', () => {
  it('finds +2/3 at five of seven, not at four', () => {
    const four = filled(...[0, 1, 2, 3].map((index) => precommit(index)));
    expect([four.majority, hasQuorumOfAny(four)]).toEqual([undefined, false]);
    const five = addVote(four, precommit(4)).set;
    expect([five.majority, hasQuorumOfAny(five), hasAll(five)]).toEqual([A, true, false]);
  });
  it('tells +2/3 for anything from +2/3 for a block', () => {
    const set = filled(precommit(0, A), precommit(1, B), precommit(2, NIL), precommit(3, A), precommit(4, B));
    expect([set.majority, hasQuorumOfAny(set)]).toEqual([undefined, true]);
    expect([powerFor(set, A), powerFor(set, B), powerFor(set, NIL)]).toEqual([20n, 20n, 10n]);
    expect(voteBits(set, A)).toEqual([true, false, false, true, false, false, false]);
    expect(voteBits(set)).toEqual([true, true, true, true, true, false, false]);
  });
  it('treats the part set header as part of the block id', () => {
    const other = {...A, partSetHeader: {...A.partSetHeader, total: 2}};
    const set = filled(precommit(0), precommit(1), precommit(2), precommit(3), precommit(4, other));
    expect(set.majority).toBeUndefined();
  });
  it('takes a vote once, whatever its time', () => {
    const set = filled(precommit(0));
    expect(addVote(set, {...precommit(0), timestamp: {seconds: 9n, nanos: 0}}).outcome).toBe('duplicate');
  });
  it('does not count a conflicting vote, and shows both', () => {
    const result = addVote(filled(precommit(0)), precommit(0, B));
    expect(result).toMatchObject({outcome: 'conflict', conflicting: precommit(0)});
    expect(result.set.power).toBe(10n);
  });
  it('counts a conflicting vote for a claimed block; the majority\'s votes make the commit', () => {
    let set = filled(precommit(0, B), precommit(1), precommit(2), precommit(3), precommit(4, B));
    set = addMajorityClaim(set, 'peer', A);
    const first = addVote(set, precommit(0));
    expect(first).toMatchObject({outcome: 'added', conflicting: precommit(0, B)});
    const second = addVote(first.set, precommit(4));
    expect(second.set.majority).toEqual(A);
    expect(second.set.votes.map((each) => each?.blockId)).toEqual([A, A, A, A, A, undefined, undefined]);
    expect(second.set.power).toBe(50n);
  });
  it('remembers one claim per peer, and a bounded number of peers', () => {
    let set = addMajorityClaim(empty(), 'peer', A);
    expect(addMajorityClaim(set, 'peer', B)).toBe(set);
    for (let i = 0; i < 1000; i++) set = addMajorityClaim(set, `peer ${i}`, blockId(String.fromCharCode(200 + i)));
    expect(set.claims.size).toBeLessThanOrEqual(256);
    expect(set.tallies.size).toBeLessThanOrEqual(256);
  });
  it('refuses votes of another height, round, type or validator', () => {
    for (const wrong of [
      vote(VoteType.Precommit, 1, 0, A),
      vote(VoteType.Prevote, 0, 0, A),
      vote(VoteType.Precommit, 0, 0, A, HEIGHT + 1n),
      vote(VoteType.Precommit, 0, 7, A),
    ]) {
      expect(() => addVote(empty(), wrong)).toThrow('does not belong');
    }
  });
});

describe('commits', () => {
  it('hold nil and absent; a vote for another block counts as absent', () => {
    const set = filled(...[0, 1, 2, 3, 4].map((index) => precommit(index)), precommit(5, NIL), precommit(6, B));
    const commit = makeCommit(set);
    expect(commit.signatures.map(({blockIdFlag}) => blockIdFlag)).toEqual([2, 2, 2, 2, 2, BlockIDFlag.Nil, BlockIDFlag.Absent]);
    expect(commit.signatures[6]?.validatorAddress).toHaveLength(0);
  });
  it('come back as votes', () => {
    const set = filled(...[0, 1, 2, 3, 4].map((index) => precommit(index)), precommit(5, NIL));
    const commit = makeCommit(set);
    const again = voteSetFromCommit(commit, VALIDATORS);
    expect(again.majority).toEqual(A);
    expect(makeCommit(again)).toEqual(commit);
  });
  it('need +2/3 for a block', () => {
    expect(() => makeCommit(filled(precommit(0)))).toThrow('+2/3');
    expect(() => makeCommit(filled(...[0, 1, 2, 3, 4].map((index) => precommit(index, NIL))))).toThrow('+2/3');
  });
});

describe('BFT time: the weighted median', () => {
  const base: Timestamp = {seconds: 1_700_000_000n, nanos: 0};

  function commitAt(offsets: readonly (number | undefined)[]): Commit {
    return {
      height: HEIGHT,
      round: 0,
      blockId: A,
      signatures: offsets.map((ms, index) => ({
        blockIdFlag: ms === undefined ? BlockIDFlag.Absent : BlockIDFlag.Commit,
        validatorAddress: ms === undefined ? new Uint8Array(0) : address(index),
        timestamp: addMilliseconds(base, ms ?? 0),
        signature: new Uint8Array(64),
      })),
    };
  }

  it.each([
    // CometBFT types/time TestWeightedMedian, as powers of one set.
    [[33, 40, 27], [-10, 0, 10], 0],
    [[27, 40, 33], [0, 10, -10], 0],
    [[10, 10, 10, 10], [4, 3, 2, 1], 2],
    [[10, 10, 10, 10], [1, undefined, 3, 9], 3],
    [[1, 1, 100], [1, 2, 50], 50],
    [[10], [7], 7],
    // TestWeightedMedian's third case: 83 of 83, in the order of powers.
    [[23, 20, 10, 10, 10, 10], [10_000, 15_000, 0, 5000, 5000, 60_000], 10_000],
    // spec/consensus/bft-time.md: 23, 27, 10, 10, without the 23; the 98 ms that counts 27 times.
    [[27, 23, 10, 10], [98, undefined, 1000, 500], 98],
    [[27, 23, 10, 10], [98, 100, 1000, 500], 100],
    // Half of the power, rounded down, is enough, as in CometBFT's WeightedMedian.
    [[2, 1, 1], [1, 2, 3], 1],
    [[3, 2, 2], [1, 2, 3], 1],
  ] as const)('powers %j, times %j: %i', (powers, offsets, expected) => {
    expect(medianTime(commitAt(offsets), validatorSet(powers))).toEqual(addMilliseconds(base, expected));
  });

  it('one third that lies cannot move it out of what the others say', () => {
    for (const lie of [-1_000_000, 1_000_000]) {
      const median = medianTime(commitAt([lie, 10, 20, 30]), validatorSet());
      expect([10, 20, 30].map((ms) => addMilliseconds(base, ms))).toContainEqual(median);
    }
  });
});
