/**
 * Does a commit prove a block? Source: CometBFT `types/validation.go`. Problems come back in words: whoever asks knows whether they
 * are a peer's fault or a halt.
 */
import {blockIdEquals, BlockIDFlag, equalBytes, toHex, verifySignature, voteSignBytes, type BlockID, type Commit, type CommitSig, type ValidatorSet, type Vote} from '#proto';
import {isQuorum} from './validatorSet.ts';
import {voteOfCommit} from './voteSet.ts';

/** What is wrong, in words, or undefined. */
export type Problem = string | undefined;

export type VerifyVote = (chainId: string, publicKey: Uint8Array, vote: Vote) => boolean;

export function verifyVoteSignature(chainId: string, publicKey: Uint8Array, vote: Vote): boolean {
  return verifySignature(publicKey, voteSignBytes(chainId, vote), vote.signature);
}

/** A part of a whole, both positive: how much of the trusted power must have signed. */
export interface Fraction {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/**
 * +2/3 of `validators` signed `blockId`, and every signature, those for nil included, is right: proposers must not be able to put
 * false ones in, since they move the block time and tell who was absent. (CometBFT VerifyCommit)
 */
export function verifyCommit(
  chainId: string,
  validators: ValidatorSet,
  blockId: BlockID,
  height: bigint,
  commit: Commit,
  verify: VerifyVote = verifyVoteSignature,
): Problem {
  const problem = commitShapeProblem(validators, blockId, height, commit);
  if (problem !== undefined) return problem;
  let power = 0n;
  for (const [index, signature] of commit.signatures.entries()) {
    const vote = voteOfCommit(commit, index);
    if (vote === undefined) continue;
    const validator = validators.validators[index]!;
    if (!equalBytes(validator.address, signature.validatorAddress)) return `signature ${index} is not of validator ${index}`;
    if (!verify(chainId, validator.publicKey.bytes, vote)) return `wrong signature ${index} in the commit`;
    if (signature.blockIdFlag === BlockIDFlag.Commit) power += validator.votingPower;
  }
  return quorumProblem(power, validators);
}

/**
 * +2/3 of `validators` signed `blockId`; signatures for nil are not looked at. Stops at +2/3 unless `allSignatures`: evidence has to
 * know that each of them is right. (CometBFT VerifyCommitLight, VerifyCommitLightAllSignatures)
 */
export function verifyCommitLight(
  chainId: string,
  validators: ValidatorSet,
  blockId: BlockID,
  height: bigint,
  commit: Commit,
  options: {readonly allSignatures?: boolean; readonly verify?: VerifyVote} = {},
): Problem {
  const problem = commitShapeProblem(validators, blockId, height, commit);
  if (problem !== undefined) return problem;
  const {allSignatures = false, verify = verifyVoteSignature} = options;
  let power = 0n;
  for (const [index, signature] of commit.signatures.entries()) {
    if (signature.blockIdFlag !== BlockIDFlag.Commit) continue;
    const validator = validators.validators[index]!;
    if (!equalBytes(validator.address, signature.validatorAddress)) return `signature ${index} is not of validator ${index}`;
    if (!verify(chainId, validator.publicKey.bytes, voteOfCommit(commit, index)!)) return `wrong signature ${index} in the commit`;
    power += validator.votingPower;
    if (!allSignatures && isQuorum(power, validators.totalVotingPower)) return undefined;
  }
  return quorumProblem(power, validators);
}

/**
 * More than `trustLevel` of the power of `trusted`, a set that need not be the one of the commit's height, signed the commit's block.
 * Undefined when it holds; `notEnough` when the signatures are right but too few (a light client then looks for a header in between).
 * (CometBFT VerifyCommitLightTrusting)
 */
export function verifyCommitLightTrusting(
  chainId: string,
  trusted: ValidatorSet,
  commit: Commit,
  trustLevel: Fraction,
  options: {readonly allSignatures?: boolean; readonly verify?: VerifyVote} = {},
): {readonly kind: 'notEnough' | 'invalid'; readonly problem: string} | undefined {
  const {allSignatures = false, verify = verifyVoteSignature} = options;
  const indexes = new Map(trusted.validators.map(({address}, index) => [toHex(address), index]));
  const isEnough = (power: bigint): boolean => power * trustLevel.denominator > trusted.totalVotingPower * trustLevel.numerator;
  const counted = new Set<number>();
  let power = 0n;
  for (const [index, signature] of commit.signatures.entries()) {
    if (signature.blockIdFlag !== BlockIDFlag.Commit) continue;
    const trustedIndex = indexes.get(addressKey(signature));
    if (trustedIndex === undefined) continue;
    if (counted.has(trustedIndex)) return {kind: 'invalid', problem: `the commit holds two signatures of validator ${addressKey(signature)}`};
    counted.add(trustedIndex);
    const validator = trusted.validators[trustedIndex]!;
    if (!verify(chainId, validator.publicKey.bytes, voteOfCommit(commit, index)!)) return {kind: 'invalid', problem: `wrong signature ${index} in the commit`};
    power += validator.votingPower;
    if (!allSignatures && isEnough(power)) return undefined;
  }
  if (isEnough(power)) return undefined;
  const {numerator, denominator} = trustLevel;
  return {kind: 'notEnough', problem: `${power} of ${trusted.totalVotingPower} trusted voting power signed, which is not more than ${numerator}/${denominator}`};
}

function addressKey({validatorAddress}: CommitSig): string {
  return toHex(validatorAddress);
}

function commitShapeProblem(validators: ValidatorSet, blockId: BlockID, height: bigint, commit: Commit): Problem {
  if (commit.signatures.length !== validators.validators.length) {
    return `the commit has ${commit.signatures.length} signatures for ${validators.validators.length} validators`;
  }
  if (commit.height !== height) return `the commit is of height ${commit.height}, not ${height}`;
  if (!blockIdEquals(commit.blockId, blockId)) return 'the commit is for another block';
  return undefined;
}

function quorumProblem(power: bigint, {totalVotingPower}: ValidatorSet): Problem {
  return isQuorum(power, totalVotingPower) ? undefined : `the commit has ${power} of ${totalVotingPower} voting power, which is not +2/3`;
}
