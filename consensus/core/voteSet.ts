/**
 * Votes of one height, round and type. Immutable. A validator's first vote counts; a second, different one is equivocation and is
 * counted for its block only if a peer claims +2/3 for that block (else an equivocator could keep us from seeing a decision).
 * Source: CometBFT `types/vote_set.go`.
 */
import {
  blockIdEquals,
  BlockIDFlag,
  EMPTY_BYTES,
  isNilBlockId,
  NIL_BLOCK_ID,
  VoteType,
  ZERO_TIME,
  type BlockID,
  type Commit,
  type CommitSig,
  type ValidatorSet,
  type Vote,
} from '#proto';
import {blockKey} from './bytes.ts';
import {ConsensusError} from './errors.ts';
import {MAJORITY_CLAIMS_PER_PEER_MAX, VOTED_BLOCKS_PER_SET_MAX} from './limits.ts';
import {isQuorum} from './validatorSet.ts';

type Votes = readonly (Vote | undefined)[];

interface BlockTally {
  readonly blockId: BlockID;
  readonly power: bigint;
  readonly votes: Votes;
  /** A peer says that this block has +2/3, so conflicting votes for it are counted here. */
  readonly claimed: boolean;
}

export interface VoteSet {
  readonly height: bigint;
  readonly round: number;
  readonly type: VoteType;
  readonly validators: ValidatorSet;
  /** By validator index; once there is a majority, its votes take precedence. */
  readonly votes: Votes;
  /** Power of the validators that voted for anything. */
  readonly power: bigint;
  readonly tallies: ReadonlyMap<string, BlockTally>;
  /** The block (nil included) with +2/3, the first one if there are two. */
  readonly majority: BlockID | undefined;
  readonly claims: ReadonlyMap<string, readonly BlockID[]>;
}

export type AddVoteResult =
  | {readonly outcome: 'added'; readonly set: VoteSet; readonly conflicting?: Vote}
  | {readonly outcome: 'duplicate'; readonly set: VoteSet}
  /** Not counted. */
  | {readonly outcome: 'conflict'; readonly set: VoteSet; readonly conflicting: Vote};

export function createVoteSet(height: bigint, round: number, type: VoteType, validators: ValidatorSet): VoteSet {
  return {
    height,
    round,
    type,
    validators,
    votes: new Array<Vote | undefined>(validators.validators.length).fill(undefined),
    power: 0n,
    tallies: new Map(),
    majority: undefined,
    claims: new Map(),
  };
}

function withVote(votes: Votes, vote: Vote): Votes {
  const copy = votes.slice();
  copy[vote.validatorIndex] = vote;
  return copy;
}

/** The vote of this validator for this block, counted or conflicting. */
export function findVote(set: VoteSet, validatorIndex: number, blockId: BlockID): Vote | undefined {
  const vote = set.votes[validatorIndex];
  if (vote !== undefined && blockIdEquals(vote.blockId, blockId)) return vote;
  return set.tallies.get(blockKey(blockId))?.votes[validatorIndex];
}

/** Another vote of its author is here, and nobody claims +2/3 for the block of this one: whoever adds it learns of the contradiction, and no more. */
export function isUncountedConflict(set: VoteSet, {validatorIndex, blockId}: Vote): boolean {
  const isConflict = set.votes[validatorIndex] !== undefined && findVote(set, validatorIndex, blockId) === undefined;
  return isConflict && set.tallies.get(blockKey(blockId))?.claimed !== true;
}

/** Adds a vote whose signature was verified and whose height, round, type and index fit this set. */
export function addVote(set: VoteSet, vote: Vote): AddVoteResult {
  const validator = set.validators.validators[vote.validatorIndex];
  if (validator === undefined || vote.height !== set.height || vote.round !== set.round || vote.type !== set.type) {
    throw new ConsensusError('INVARIANT', 'a vote reached a set that it does not belong to');
  }
  if (findVote(set, vote.validatorIndex, vote.blockId) !== undefined) return {outcome: 'duplicate', set};

  const key = blockKey(vote.blockId);
  const conflicting = set.votes[vote.validatorIndex];
  const tally = set.tallies.get(key);
  if (conflicting !== undefined && !(tally?.claimed ?? false)) return {outcome: 'conflict', set, conflicting};

  const power = validator.votingPower;
  const tallyVotes = withVote(tally?.votes ?? createVoteSet(set.height, set.round, set.type, set.validators).votes, vote);
  const newTally: BlockTally = {
    blockId: vote.blockId,
    power: (tally?.power ?? 0n) + power,
    votes: tallyVotes,
    claimed: tally?.claimed ?? false,
  };
  let votes = conflicting === undefined ? withVote(set.votes, vote) : set.votes;
  let majority = set.majority;
  if (majority === undefined && isQuorum(newTally.power, set.validators.totalVotingPower)) {
    majority = vote.blockId;
    votes = votes.map((existing, index) => tallyVotes[index] ?? existing);
  } else if (majority !== undefined && blockIdEquals(majority, vote.blockId)) {
    votes = withVote(votes, vote);
  }
  return {
    outcome: 'added',
    set: {
      ...set,
      votes,
      power: conflicting === undefined ? set.power + power : set.power,
      tallies: new Map(set.tallies).set(key, newTally),
      majority,
    },
    ...(conflicting === undefined ? {} : {conflicting}),
  };
}

/** Remembers a peer's claim of +2/3 for a block, within bounds; the same set when there is nothing to remember. */
export function addMajorityClaim(set: VoteSet, peer: string, blockId: BlockID): VoteSet {
  const earlier = set.claims.get(peer) ?? [];
  if (earlier.length >= MAJORITY_CLAIMS_PER_PEER_MAX) return set;
  const key = blockKey(blockId);
  const tally = set.tallies.get(key);
  if (tally === undefined && set.tallies.size >= VOTED_BLOCKS_PER_SET_MAX) return set;
  if (set.claims.size >= VOTED_BLOCKS_PER_SET_MAX) return set;
  const claims = new Map(set.claims).set(peer, [...earlier, blockId]);
  if (tally?.claimed === true) return {...set, claims};
  const none = createVoteSet(set.height, set.round, set.type, set.validators).votes;
  const claimed: BlockTally = {blockId, power: tally?.power ?? 0n, votes: tally?.votes ?? none, claimed: true};
  return {...set, claims, tallies: new Map(set.tallies).set(key, claimed)};
}

export function hasQuorumOfAny(set: VoteSet): boolean {
  return isQuorum(set.power, set.validators.totalVotingPower);
}

export function hasAll(set: VoteSet): boolean {
  return set.votes.every((vote) => vote !== undefined);
}

export function powerFor(set: VoteSet, blockId: BlockID): bigint {
  return set.tallies.get(blockKey(blockId))?.power ?? 0n;
}

/** Which validators' votes are here: for any block, or for this one. */
export function voteBits(set: VoteSet, blockId?: BlockID): boolean[] {
  const votes = blockId === undefined ? set.votes : set.tallies.get(blockKey(blockId))?.votes;
  return set.validators.validators.map((_, index) => votes?.[index] !== undefined);
}

const ABSENT: CommitSig = {
  blockIdFlag: BlockIDFlag.Absent,
  validatorAddress: EMPTY_BYTES,
  timestamp: ZERO_TIME,
  signature: EMPTY_BYTES,
};

/** The commit that these precommits make. @throws ConsensusError INVARIANT without +2/3 for a block. */
export function makeCommit(set: VoteSet): Commit {
  const {majority} = set;
  if (majority === undefined || isNilBlockId(majority)) {
    throw new ConsensusError('INVARIANT', 'a commit needs +2/3 precommits for a block');
  }
  const signatures = set.votes.map((vote): CommitSig => {
    if (vote === undefined) return ABSENT;
    const nil = isNilBlockId(vote.blockId);
    if (!nil && !blockIdEquals(vote.blockId, majority)) return ABSENT;
    return {
      blockIdFlag: nil ? BlockIDFlag.Nil : BlockIDFlag.Commit,
      validatorAddress: vote.validatorAddress,
      timestamp: vote.timestamp,
      signature: vote.signature,
    };
  });
  return {height: set.height, round: set.round, blockId: majority, signatures};
}

/** The precommits of a stored commit as a vote set, to build the next block on after a restart. Signatures were verified before. */
export function voteSetFromCommit(commit: Commit, validators: ValidatorSet): VoteSet {
  let set = createVoteSet(commit.height, commit.round, VoteType.Precommit, validators);
  commit.signatures.forEach((_, index) => {
    const vote = voteOfCommit(commit, index);
    if (vote !== undefined) set = addVote(set, vote).set;
  });
  return set;
}

/** The precommit behind one signature of a commit; undefined when absent. */
export function voteOfCommit(commit: Commit, index: number): Vote | undefined {
  const signature = commit.signatures[index];
  if (signature === undefined || signature.blockIdFlag === BlockIDFlag.Absent) return undefined;
  return {
    type: VoteType.Precommit,
    height: commit.height,
    round: commit.round,
    blockId: signature.blockIdFlag === BlockIDFlag.Commit ? commit.blockId : NIL_BLOCK_ID,
    timestamp: signature.timestamp,
    validatorAddress: signature.validatorAddress,
    validatorIndex: index,
    signature: signature.signature,
  };
}
