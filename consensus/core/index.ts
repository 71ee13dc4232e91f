export {blockKey, bytesKey} from './bytes.ts';
export {
  verifyCommit,
  verifyCommitLight,
  verifyCommitLightTrusting,
  verifyVoteSignature,
  type Fraction,
  type Problem,
  type VerifyVote,
} from './commit.ts';
export {assertNever, ConsensusError, type ConsensusErrorCode} from './errors.ts';
export {byzantineValidators, evidenceHeight, isEvidenceExpired, isInvalidHeader, type HeightAndTime} from './evidence.ts';
export {createHeightVotes, powerInRound, roundVotes, takesRound, voteSetOf, type HeightVotes, type RoundVotes} from './heightVotes.ts';
export * as coreLimits from './limits.ts';
export {averagePriority, centerPriorities, priorityDistance, rescalePriorities, safeAddClip, safeSubClip} from './proposerPriority.ts';
export {apply} from './round.ts';
export {createRoundInfo, createRoundState, timeoutMs} from './roundState.ts';
export {addMilliseconds, medianTime} from './time.ts';
export type {
  Effect,
  LoggedInput,
  Outcome,
  RoundInfo,
  RoundInput,
  RoundState,
  Step,
  TimeoutKind,
  TimeoutOptions,
  Transition,
  UnsignedProposal,
  UnsignedVote,
} from './types.ts';
export {
  findProposer,
  hasHonest,
  incrementProposerPriority,
  indexOfValidator,
  isQuorum,
  newValidatorSet,
  restoreValidatorSet,
  updateWithChangeSet,
  type ValidatorChange,
} from './validatorSet.ts';
export {
  addMajorityClaim,
  addVote,
  createVoteSet,
  findVote,
  hasAll,
  hasQuorumOfAny,
  isUncountedConflict,
  makeCommit,
  powerFor,
  voteBits,
  voteOfCommit,
  voteSetFromCommit,
  type AddVoteResult,
  type VoteSet,
} from './voteSet.ts';
