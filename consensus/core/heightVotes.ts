/** All vote sets of a height, with a bound on rounds that lie far ahead. */
import {VoteType, type BlockID, type ValidatorSet, type Vote} from '#proto';
import {CLAIMED_FUTURE_ROUNDS_MAX, CLAIMED_FUTURE_ROUNDS_PER_PEER_MAX, FUTURE_ROUNDS_PER_VALIDATOR_MAX} from './limits.ts';
import {addMajorityClaim, addVote, createVoteSet, type AddVoteResult, type VoteSet} from './voteSet.ts';

export interface RoundVotes {
  readonly prevotes: VoteSet;
  readonly precommits: VoteSet;
}

export interface HeightVotes {
  readonly height: bigint;
  readonly validators: ValidatorSet;
  readonly rounds: ReadonlyMap<number, RoundVotes>;
  /** Per validator index, the rounds beyond the next one in which it has voted. */
  readonly futureRounds: ReadonlyMap<number, readonly number[]>;
}

export function createHeightVotes(height: bigint, validators: ValidatorSet): HeightVotes {
  return {height, validators, rounds: new Map(), futureRounds: new Map()};
}

export function roundVotes(votes: HeightVotes, round: number): RoundVotes {
  return (
    votes.rounds.get(round) ?? {
      prevotes: createVoteSet(votes.height, round, VoteType.Prevote, votes.validators),
      precommits: createVoteSet(votes.height, round, VoteType.Precommit, votes.validators),
    }
  );
}

export function voteSetOf(votes: HeightVotes, round: number, type: VoteType): VoteSet {
  const sets = roundVotes(votes, round);
  return type === VoteType.Prevote ? sets.prevotes : sets.precommits;
}

function withSet(votes: HeightVotes, set: VoteSet): HeightVotes {
  const sets = roundVotes(votes, set.round);
  const updated = set.type === VoteType.Prevote ? {...sets, prevotes: set} : {...sets, precommits: set};
  return {...votes, rounds: new Map(votes.rounds).set(set.round, updated)};
}

export type AddHeightVoteResult =
  | {readonly votes: HeightVotes; readonly result: AddVoteResult}
  /** Too many future rounds of one validator. */
  | {readonly votes: HeightVotes; readonly result: undefined};

/** Rounds that have to be remembered for this vote's author to have it counted; undefined: there are too many of them. */
function futureRoundsWith({rounds, futureRounds}: HeightVotes, currentRound: number, vote: Vote): HeightVotes['futureRounds'] | undefined {
  // Where a peer claims +2/3, a decision may stand that we can catch up with: its votes must get in whatever came before.
  const isClaimed = (rounds.get(vote.round)?.precommits.claims.size ?? 0) > 0;
  if (vote.round <= currentRound + 1 || isClaimed) return futureRounds;
  const known = (futureRounds.get(vote.validatorIndex) ?? []).filter((round) => round > currentRound + 1);
  if (known.includes(vote.round)) return futureRounds;
  return known.length >= FUTURE_ROUNDS_PER_VALIDATOR_MAX ? undefined : new Map(futureRounds).set(vote.validatorIndex, [...known, vote.round]);
}

/** Whether `addHeightVote` would look at it. Asked before its signature is verified, which costs more. */
export function takesRound(votes: HeightVotes, currentRound: number, vote: Vote): boolean {
  return futureRoundsWith(votes, currentRound, vote) !== undefined;
}

/** Adds a verified vote. `currentRound` bounds how far ahead a validator may vote before it is ignored. */
export function addHeightVote(votes: HeightVotes, currentRound: number, vote: Vote): AddHeightVoteResult {
  const futureRounds = futureRoundsWith(votes, currentRound, vote);
  if (futureRounds === undefined) return {votes, result: undefined};
  const result = addVote(voteSetOf(votes, vote.round, vote.type), vote);
  if (result.outcome !== 'added') return {votes, result};
  return {votes: {...withSet(votes, result.set), futureRounds}, result};
}

/** Remembers a peer's claim of +2/3; ignored for rounds far ahead when there are too many of them, of this peer or in all. */
export function claimMajority(
  votes: HeightVotes,
  currentRound: number,
  claim: {readonly peer: string; readonly round: number; readonly type: VoteType; readonly blockId: BlockID},
): HeightVotes {
  if (claim.round > currentRound + 1 && !votes.rounds.has(claim.round)) {
    const ahead = [...votes.rounds].filter(([round, {precommits}]) => round > currentRound + 1 && precommits.claims.size > 0);
    if (claim.type !== VoteType.Precommit || ahead.length >= CLAIMED_FUTURE_ROUNDS_MAX) return votes;
    const own = ahead.filter(([, {precommits}]) => precommits.claims.has(claim.peer));
    if (own.length >= CLAIMED_FUTURE_ROUNDS_PER_PEER_MAX) return votes;
  }
  const set = voteSetOf(votes, claim.round, claim.type);
  const claimed = addMajorityClaim(set, claim.peer, claim.blockId);
  return claimed === set ? votes : withSet(votes, claimed);
}

/** Power of the distinct validators that voted in this round, whichever way (line 55). */
export function powerInRound(votes: HeightVotes, round: number): bigint {
  const sets = votes.rounds.get(round);
  if (sets === undefined) return 0n;
  let power = 0n;
  votes.validators.validators.forEach((validator, index) => {
    if (sets.prevotes.votes[index] !== undefined || sets.precommits.votes[index] !== undefined) {
      power += validator.votingPower;
    }
  });
  return power;
}
