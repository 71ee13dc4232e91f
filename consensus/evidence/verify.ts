/** Is it true, and recent enough to matter? Source: CometBFT `evidence/verify.go` (Pool.verify). */
import {compareTimestamps, validateEvidenceBasic, type Evidence} from '#proto';
import {evidenceHeight, isEvidenceExpired} from '#consensus/core';
import type {ConsensusState, EvidenceChain, EvidenceRefusal} from '#consensus/engine';
import {duplicateVoteProblem} from './duplicateVote.ts';
import {attackRefusal} from './lightClientAttack.ts';

/** Judged against the chain up to `state` and nothing else: no clock, no other evidence. What costs hashes comes late, signatures last. */
export function evidenceRefusal(evidence: Evidence, chain: EvidenceChain, state: ConsensusState): EvidenceRefusal | undefined {
  const height = evidenceHeight(evidence);
  if (height < state.initialHeight) return {kind: 'invalid', problem: `height ${height}, before the first block`};
  if (height > state.lastBlockHeight) return {kind: 'unknown', problem: `height ${height} is yet to come; the last block is ${state.lastBlockHeight}`};
  const header = chain.loadBlockMeta(height)?.header;
  if (header === undefined) return {kind: 'unknown', problem: `height ${height} is not here`};
  if (compareTimestamps(evidence.timestamp, header.time) !== 0) {
    return {kind: 'invalid', problem: `the time is not that of block ${height}`};
  }
  if (isEvidenceExpired(state.consensusParams, {height: state.lastBlockHeight, time: state.lastBlockTime}, {height, time: header.time})) {
    return {kind: 'expired', problem: `height ${height} is older than both age limits`};
  }
  const basic = validateEvidenceBasic(evidence);
  if (basic !== undefined) return {kind: 'invalid', problem: basic};
  const validators = chain.loadValidators(height);
  if (validators === undefined) return {kind: 'unknown', problem: `the validators of height ${height} are not here`};
  if (evidence.type === 'lightClientAttack') return attackRefusal(evidence, chain, state, validators);
  const problem = duplicateVoteProblem(evidence, state.chainId, validators);
  return problem === undefined ? undefined : {kind: 'invalid', problem};
}
