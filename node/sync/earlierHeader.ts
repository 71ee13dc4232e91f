/** Is a header of the past the one that the headers above it name? By hashes alone; one signature tells the round of its commit. */
import {
  blockIdEquals,
  BlockIDFlag,
  commitHash,
  equalBytes,
  evidenceHash,
  headerHash,
  validateValidatorSetBasic,
  validatorSetHash,
  type Commit,
  type Evidence,
  type LightBlock,
  type ValidatorSet,
} from '#proto';
import {verifyVoteSignature, voteOfCommit} from '#consensus/core';
import type {BackfilledHeader, BackfillPosition} from '#consensus/engine';

export type HeaderVerdict = {readonly header: BackfilledHeader} | {readonly problem: string};

/** The last set that was verified: most neighbours have the same. */
export interface KnownValidators {
  readonly hash: Uint8Array;
  readonly set: ValidatorSet;
}

export function verifyEarlierHeader(
  chainId: string,
  position: BackfillPosition,
  {signedHeader, validatorSet}: LightBlock,
  evidence: readonly Evidence[],
  known: KnownValidators | undefined,
): HeaderVerdict {
  const {header, commit} = signedHeader;
  const {blockId, commitHash: expected} = position;
  if (header.height !== position.height) return {problem: `a header of height ${header.height} in place of ${position.height}`};
  if (!equalBytes(headerHash(header), blockId.hash)) return {problem: 'the header is not the one that the header above it names'};
  if (!equalBytes(evidenceHash(evidence), header.evidenceHash)) return {problem: 'the evidence is not that of the header'};
  const validators = known !== undefined && equalBytes(known.hash, header.validatorsHash) ? known.set : validatorsOf(validatorSet, header.validatorsHash);
  if (typeof validators === 'string') return {problem: validators};
  if (expected === undefined) return {header: {blockId, header, commit: undefined, evidence, validators}};
  const problem = commitProblem(chainId, position, expected, commit, validators);
  return problem === undefined ? {header: {blockId, header, commit, evidence, validators}} : {problem};
}

/** The hash covers keys and powers in their order; the address follows from the key, and priorities nobody can vouch for. */
function validatorsOf(set: ValidatorSet, hash: Uint8Array): ValidatorSet | string {
  const problem = validateValidatorSetBasic(set);
  if (problem !== undefined) return `the validators cannot be a set: ${problem}`;
  if (!equalBytes(validatorSetHash(set.validators), hash)) return 'the validators are not those of the header';
  const validators = set.validators.map((validator) => ({...validator, proposerPriority: 0n}));
  return {validators, proposer: validators[0]!, totalVotingPower: set.totalVotingPower};
}

/** The hash in the header above covers the signatures, and each of them height, round and block: one that is right tells the round. */
function commitProblem(chainId: string, {height, blockId}: BackfillPosition, expected: Uint8Array, commit: Commit, {validators}: ValidatorSet): string | undefined {
  if (commit.height !== height || !blockIdEquals(commit.blockId, blockId)) return 'the commit is for another block';
  if (!equalBytes(commitHash(commit), expected)) return 'the commit is not the one in the block after';
  if (commit.signatures.length !== validators.length) return `a commit of ${commit.signatures.length} signatures, expected ${validators.length}`;
  const index = commit.signatures.findIndex(({blockIdFlag}) => blockIdFlag === BlockIDFlag.Commit);
  const vote = voteOfCommit(commit, index);
  return vote !== undefined && verifyVoteSignature(chainId, validators[index]!.publicKey.bytes, vote) ? undefined : 'the commit is of another round, or signed by nobody';
}
