/** Two votes of one validator for one height, round and type. Source: CometBFT `evidence/verify.go` (VerifyDuplicateVote). */
import {blockIdEquals, blockIdKey, equalBytes, type DuplicateVoteEvidence, type Timestamp, type ValidatorSet, type Vote} from '#proto';
import {indexOfValidator, verifyVoteSignature, type Problem} from '#consensus/core';

/**
 * With the votes in their canonical order.
 * @param time of the block of that height.
 * @param validators of that height. Undefined when the voter is none of them.
 */
export function createDuplicateVoteEvidence(vote1: Vote, vote2: Vote, time: Timestamp, validators: ValidatorSet): DuplicateVoteEvidence | undefined {
  const validator = validators.validators[indexOfValidator(validators, vote1.validatorAddress)];
  if (validator === undefined) return undefined;
  const [voteA, voteB] = blockIdKey(vote1.blockId) < blockIdKey(vote2.blockId) ? [vote1, vote2] : [vote2, vote1];
  return {
    type: 'duplicateVote',
    voteA,
    voteB,
    totalVotingPower: validators.totalVotingPower,
    validatorPower: validator.votingPower,
    timestamp: time,
  };
}

/**
 * What is wrong with it, given the validators of its height. Stricter than CometBFT in one point: the votes' validator index, which no
 * signature covers, must be right. Otherwise one crime could be committed over and over with other indexes.
 */
export function duplicateVoteProblem(evidence: DuplicateVoteEvidence, chainId: string, validators: ValidatorSet): Problem {
  const {voteA, voteB, validatorPower, totalVotingPower} = evidence;
  if (voteA.height !== voteB.height || voteA.round !== voteB.round || voteA.type !== voteB.type) {
    return `the votes are of ${placeOf(voteA)} and ${placeOf(voteB)}`;
  }
  if (!equalBytes(voteA.validatorAddress, voteB.validatorAddress)) return 'the votes are of two validators';
  if (blockIdEquals(voteA.blockId, voteB.blockId)) return 'the votes are for the same block';
  const index = indexOfValidator(validators, voteA.validatorAddress);
  const validator = validators.validators[index];
  if (validator === undefined) return `the votes are of no validator of height ${voteA.height}`;
  if (voteA.validatorIndex !== index || voteB.validatorIndex !== index) {
    return `the votes name validators ${voteA.validatorIndex} and ${voteB.validatorIndex}, the voter is number ${index}`;
  }
  if (validatorPower !== validator.votingPower) return `validator power ${validatorPower}, not ${validator.votingPower}`;
  if (totalVotingPower !== validators.totalVotingPower) return `total voting power ${totalVotingPower}, not ${validators.totalVotingPower}`;
  for (const [name, vote] of [['A', voteA], ['B', voteB]] as const) {
    if (!verifyVoteSignature(chainId, validator.publicKey.bytes, vote)) return `vote ${name} has a wrong signature`;
  }
  return undefined;
}

function placeOf({height, round, type}: Vote): string {
  return `height ${height}, round ${round}, type ${type}`;
}
