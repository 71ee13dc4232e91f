/** Duplicate votes: one thing wrong at a time, everything else signed and right; and both age limits at their borders. */
import {describe, expect, it} from '@jest/globals';
import {NIL_BLOCK_ID, timestampFromNanos, timestampToNanos, VoteType, voteSignBytes, type DuplicateVoteEvidence, type Vote} from '#proto';
import {evidenceRefusal} from '#consensus/evidence';
import type {EvidenceRefusal} from '#consensus/engine';
import {CHAIN_ID, keyOf} from '../../../support/light-chain.ts';
import {blockIdOf, CHAIN, doubleVote, HEIGHT, ordered, PARAMS, signedVote, stateOf, storesOf} from './support.ts';

const CRIME_HEIGHT = 15;
const CRIME = doubleVote('cas', CRIME_HEIGHT);

function refusalOf(evidence: DuplicateVoteEvidence): EvidenceRefusal | undefined {
  return evidenceRefusal(evidence, storesOf(CHAIN), stateOf(CHAIN));
}

/** Both votes changed and signed anew by their author. */
function resigned(changesA: Partial<Vote>, changesB: Partial<Vote> = changesA, name = 'cas'): DuplicateVoteEvidence {
  const sign = (vote: Vote): Vote => ({...vote, signature: keyOf(name).sign(voteSignBytes(CHAIN_ID, vote))});
  return ordered({...CRIME, voteA: sign({...CRIME.voteA, ...changesA}), voteB: sign({...CRIME.voteB, ...changesB})});
}

function later(height: number, ns: bigint): Parameters<typeof stateOf>[2] {
  return {lastBlockHeight: BigInt(height), lastBlockTime: timestampFromNanos(timestampToNanos(CRIME.timestamp) + ns)};
}

describe('duplicate votes', () => {
  it('are accepted when all is right: precommits, prevotes, one of them for nil', () => {
    expect(refusalOf(CRIME)).toBeUndefined();
    expect(refusalOf(resigned({type: VoteType.Prevote}))).toBeUndefined();
    expect(refusalOf(resigned({blockId: NIL_BLOCK_ID}, {}))).toBeUndefined();
    expect(refusalOf(resigned({round: 7}))).toBeUndefined();
  });

  const wrong: readonly (readonly [what: string, evidence: DuplicateVoteEvidence, problem: RegExp])[] = [
    ['another round', resigned({round: 1}, {}), /votes are of height 15, round/],
    ['another type', resigned({type: VoteType.Prevote}, {}), /votes are of height 15, round 0, type/],
    ['another height', {...CRIME, voteB: signedVote('cas', 14, CRIME.voteB.blockId)}, /votes are of height 15, .* height 14/],
    ['another validator', {...CRIME, voteB: signedVote('dee', CRIME_HEIGHT, CRIME.voteB.blockId)}, /two validators/],
    ['the same block', {...CRIME, voteB: CRIME.voteA}, /order/],
    ['votes in the wrong order', {...CRIME, voteA: CRIME.voteB, voteB: CRIME.voteA}, /order/],
    ['a stranger', resigned({validatorAddress: keyOf('eve').address}, undefined, 'eve'), /no validator of height 15/],
    ['a wrong validator index', resigned({validatorIndex: (CRIME.voteA.validatorIndex + 1) % 4}), /the voter is number/],
    ['a validator index of one vote', resigned({validatorIndex: (CRIME.voteA.validatorIndex + 1) % 4}, {}), /the voter is number/],
    ['a negative validator index', resigned({validatorIndex: -1}), /negative validator index/],
    ['a wrong signature A', {...CRIME, voteA: {...CRIME.voteA, signature: CRIME.voteB.signature}}, /vote A has a wrong signature/],
    ['a wrong signature B', {...CRIME, voteB: {...CRIME.voteB, signature: CRIME.voteA.signature}}, /vote B has a wrong signature/],
    ['the signatures of another', resigned({}, {}, 'dee'), /vote A has a wrong signature/],
    ['a vote time that was not signed', {...CRIME, voteA: {...CRIME.voteA, timestamp: CHAIN.time(3)}}, /wrong signature/],
    ['signatures for another chain', {...CRIME, voteA: signedFor('other-chain', CRIME.voteA)}, /wrong signature/],
    ['too much validator power', {...CRIME, validatorPower: 11n}, /validator power 11, not 10/],
    ['too little validator power', {...CRIME, validatorPower: 9n}, /validator power 9, not 10/],
    ['a wrong total power', {...CRIME, totalVotingPower: 41n}, /total voting power 41, not 40/],
    ['the time of another block', {...CRIME, timestamp: CHAIN.time(14)}, /time is not that of block 15/],
    ['a time off by a nanosecond', {...CRIME, timestamp: timestampFromNanos(timestampToNanos(CRIME.timestamp) + 1n)}, /time is not that/],
    ['a nil vote with half a block id', resigned({blockId: {...blockIdOf('x'), hash: new Uint8Array(0)}}, {}), /neither nil nor complete/],
    ['no signature', {...CRIME, voteA: {...CRIME.voteA, signature: new Uint8Array(0)}}, /no signature/],
  ];
  it.each(wrong)('with %s are invalid', (_, evidence, problem) => {
    expect(refusalOf(evidence)).toEqual({kind: 'invalid', problem: expect.stringMatching(problem)});
  });

  it('of a height before the first are invalid, of one to come or not kept are unknown', () => {
    const stores = storesOf(CHAIN);
    const crime = doubleVote('cas', HEIGHT);
    expect(evidenceRefusal(CRIME, stores, stateOf(CHAIN, HEIGHT, {initialHeight: 16n}))?.kind).toBe('invalid');
    expect(evidenceRefusal(crime, stores, stateOf(CHAIN, HEIGHT))).toBeUndefined();
    // The block may be stored before the state that follows from it: the state decides.
    expect(evidenceRefusal(crime, stores, stateOf(CHAIN, HEIGHT - 1))?.kind).toBe('unknown');
    expect(evidenceRefusal(CRIME, storesOf(CHAIN, {base: 16n}), stateOf(CHAIN))?.kind).toBe('unknown');
  });

  const {maxAgeNumBlocks, maxAgeDurationNs} = PARAMS.evidence;
  const old = CRIME_HEIGHT + Number(maxAgeNumBlocks);
  it.each([
    ['at both limits', old, maxAgeDurationNs, undefined],
    ['over the limit of blocks only', old + 1, maxAgeDurationNs, undefined],
    ['over the limit of time only', old, maxAgeDurationNs + 1n, undefined],
    ['far over the limit of blocks only', old + 1_000_000, maxAgeDurationNs, undefined],
    ['over both', old + 1, maxAgeDurationNs + 1n, 'expired'],
  ] as const)('%s', (_, height, ns, kind) => {
    expect(evidenceRefusal(CRIME, storesOf(CHAIN), stateOf(CHAIN, HEIGHT, later(height, ns)))?.kind).toBe(kind);
  });
});

function signedFor(chainId: string, vote: Vote): Vote {
  return {...vote, signature: keyOf('cas').sign(voteSignBytes(chainId, vote))};
}
