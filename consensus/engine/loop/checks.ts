/** Peers' proposals and votes before they reach the core: do they belong here, and did their authors sign them? */
import {blockIdEquals, compareTimestamps, equalBytes, proposalSignBytes, verifySignature, VoteType, type BlockID, type Proposal, type Vote} from '#proto';
import {findVote, hasHonest, isUncountedConflict, powerInRound, takesRound, verifyVoteSignature, voteSetOf, type RoundState, type VerifyVote, type VoteSet} from '#consensus/core';
import type {LoopView} from './types.ts';

export type Verdict =
  | {readonly verdict: 'accept'}
  /** Stale, early, or here already. */
  | {readonly verdict: 'ignore'}
  /** No honest peer passes it on. */
  | {readonly verdict: 'reject'; readonly reason: string};

const ACCEPT: Verdict = {verdict: 'accept'};
const IGNORE: Verdict = {verdict: 'ignore'};

function reject(reason: string): Verdict {
  return {verdict: 'reject', reason};
}

/** A precommit of the height before ours, for the commit in the next block. */
export function isLatePrecommit(round: RoundState, vote: Vote): boolean {
  return vote.height === round.height - 1n && vote.type === VoteType.Precommit;
}

/** `equivocations`: what is known of them, as `equivocationKey`. One is enough: anybody can repeat the others, and each costs a signature. */
export function checkVote({round, chain}: LoopView, vote: Vote, equivocations: ReadonlySet<string>): Verdict {
  const set = voteSetFor(round, vote);
  if (set === undefined) return IGNORE;
  const validator = set.validators.validators[vote.validatorIndex];
  if (validator === undefined || !equalBytes(validator.address, vote.validatorAddress)) return reject('a vote of no validator');
  if (findVote(set, vote.validatorIndex, vote.blockId) !== undefined) return IGNORE;
  if (equivocations.has(equivocationKey(vote)) && isUncountedConflict(set, vote)) return IGNORE;
  if (vote.height === round.height && !takesRound(round.votes, round.round, vote)) return IGNORE;
  if (!verifyVoteSignature(chain.chainId, validator.publicKey.bytes, vote)) return reject('a vote with a wrong signature');
  return ACCEPT;
}

export function equivocationKey({height, round, type, validatorIndex}: Vote): string {
  return `${height}/${round}/${type}/${validatorIndex}`;
}

function voteSetFor(round: RoundState, vote: Vote): VoteSet | undefined {
  if (vote.height === round.height) return voteSetOf(round.votes, vote.round, vote.type);
  if (!isLatePrecommit(round, vote) || round.lastPrecommits?.round !== vote.round) return undefined;
  return round.lastPrecommits;
}

export function checkProposal({round, info, chain, assembly}: LoopView, proposal: Proposal): Verdict {
  if (proposal.height !== round.height || proposal.round > round.round + 1 || round.proposals.has(proposal.round)) return IGNORE;
  if (!assembly.fits(proposal.blockId)) return IGNORE;
  const {publicKey} = info.proposer(proposal.round);
  const signBytes = proposalSignBytes(chain.chainId, proposal);
  return verifySignature(publicKey.bytes, signBytes, proposal.signature) ? ACCEPT : reject('a proposal that its proposer did not sign');
}

/** More than a third voted in this round of the height, so an honest validator has begun it. */
export function hasHonestVote({round, info}: LoopView, voteRound: number): boolean {
  return hasHonest(powerInRound(round.votes, voteRound), info.validators.totalVotingPower);
}

/** +2/3 precommitted it in some round. */
export function isDecided(round: RoundState, blockId: BlockID): boolean {
  for (const {precommits} of round.votes.rounds.values()) {
    if (precommits.majority !== undefined && blockIdEquals(precommits.majority, blockId)) return true;
  }
  return false;
}

/** The precommits in a LastCommit mostly are those that were verified as votes: only others cost a verification. */
export function verifyUnlessSeen(seen: VoteSet | undefined): VerifyVote {
  return (chainId, publicKey, vote) => {
    const known = seen === undefined ? undefined : findVote(seen, vote.validatorIndex, vote.blockId);
    const isSame =
      known !== undefined &&
      equalBytes(seen!.validators.validators[vote.validatorIndex]!.publicKey.bytes, publicKey) &&
      known.height === vote.height &&
      known.round === vote.round &&
      compareTimestamps(known.timestamp, vote.timestamp) === 0 &&
      equalBytes(known.signature, vote.signature);
    return isSame || verifyVoteSignature(chainId, publicKey, vote);
  };
}
