/** Is this block a valid successor of this state? Source: CometBFT `state/validation.go`, `types/validation.go`. */
import {
  blockIdEquals,
  compareTimestamps,
  consensusParamsHash,
  equalBytes,
  validateBlockBasic,
  validatorSetHash,
  type Block,
  type Evidence,
  type ValidatorSet,
} from '#proto';
import {indexOfValidator, medianTime, verifyCommit, verifyVoteSignature, type Problem, type VerifyVote} from '#consensus/core';
import type {EvidencePool, EvidenceRefusal} from '../ports.ts';
import type {ConsensusState} from '../store/state.ts';
import {evidenceBytes} from './evidence.ts';

/** Who vouches for the evidence in a block: the pool. */
export type CheckEvidence = EvidencePool['check'];

/** Of a node without a pool: what is not verified must not slash anyone. */
export function refuseEvidence(evidence: readonly Evidence[]): EvidenceRefusal | undefined {
  return evidence.length === 0 ? undefined : {kind: 'unknown', problem: 'nobody here can vouch for it'};
}

export interface BlockChecks {
  readonly verify?: VerifyVote | undefined;
  readonly checkEvidence?: CheckEvidence;
}

export function validateBlock(state: ConsensusState, block: Block, checks: BlockChecks = {}): Problem {
  const {verify = verifyVoteSignature, checkEvidence = refuseEvidence} = checks;
  const {header} = block;
  return (
    validateBlockBasic(block) ??
    positionProblem(state, block) ??
    hashesProblem(state, block) ??
    lastCommitProblem(state, block, verify) ??
    (indexOfValidator(state.validators, header.proposerAddress) < 0 ? 'the proposer is not a validator' : undefined) ??
    timeProblem(state, block) ??
    evidenceProblem(state, block, checkEvidence)
  );
}

function positionProblem(state: ConsensusState, {header}: Block): Problem {
  if (header.version.app !== state.consensusParams.version.app) {
    return `app version ${header.version.app}, not ${state.consensusParams.version.app}`;
  }
  if (header.chainId !== state.chainId) return `chain id ${header.chainId}, not ${state.chainId}`;
  const height = state.lastBlockHeight === 0n ? state.initialHeight : state.lastBlockHeight + 1n;
  if (header.height !== height) return `height ${header.height}, not ${height}`;
  if (!blockIdEquals(header.lastBlockId, state.lastBlockId)) return 'the last block id is not that of the block before';
  return undefined;
}

function hashesProblem(state: ConsensusState, {header}: Block): Problem {
  if (!equalBytes(header.appHash, state.appHash)) return 'wrong app hash';
  if (!equalBytes(header.consensusHash, consensusParamsHash(state.consensusParams))) return 'wrong consensus parameters hash';
  if (!equalBytes(header.lastResultsHash, state.lastResultsHash)) return 'wrong last results hash';
  if (!equalBytes(header.validatorsHash, hashOf(state.validators))) return 'wrong validators hash';
  if (!equalBytes(header.nextValidatorsHash, hashOf(state.nextValidators))) return 'wrong next validators hash';
  return undefined;
}

/** Sets are immutable and live long; hashing one takes a SHA-256 per validator. */
const hashes = new WeakMap<ValidatorSet, Uint8Array>();

export function hashOf(set: ValidatorSet): Uint8Array {
  let hash = hashes.get(set);
  if (hash === undefined) {
    hash = validatorSetHash(set.validators);
    hashes.set(set, hash);
  }
  return hash;
}

function lastCommitProblem(state: ConsensusState, {header, lastCommit}: Block, verify: VerifyVote): Problem {
  if (header.height === state.initialHeight) {
    return lastCommit.signatures.length === 0 ? undefined : 'the initial block cannot have signatures in its last commit';
  }
  if (state.lastValidators === undefined) return 'no validators are known for the last commit';
  return verifyCommit(state.chainId, state.lastValidators, state.lastBlockId, header.height - 1n, lastCommit, verify);
}

/** BFT time: the median of the last commit, so later than the block before, as every honest vote is. */
function timeProblem(state: ConsensusState, {header, lastCommit}: Block): Problem {
  if (header.height === state.initialHeight) {
    return compareTimestamps(header.time, state.lastBlockTime) === 0 ? undefined : 'the time of the first block is the genesis time';
  }
  if (compareTimestamps(header.time, state.lastBlockTime) <= 0) return 'the time is not after that of the block before';
  if (state.lastValidators === undefined) return 'no validators are known for the block time';
  const median = medianTime(lastCommit, state.lastValidators);
  return compareTimestamps(header.time, median) === 0 ? undefined : 'the time is not the median of the last commit';
}

function evidenceProblem(state: ConsensusState, {evidence}: Block, checkEvidence: CheckEvidence): Problem {
  const {maxBytes} = state.consensusParams.evidence;
  const size = evidenceBytes(evidence);
  if (size > maxBytes) return `${size} bytes of evidence, limit ${maxBytes}`;
  const refusal = checkEvidence(evidence);
  return refusal === undefined ? undefined : `evidence: ${refusal.problem}`;
}
