/**
 * A block that was signed beside the chain, shown to a light client.
 * Source: CometBFT `evidence/verify.go` (VerifyLightClientAttack, validateABCIEvidence); spec/light-client/attacks.
 */
import {
  compareTimestamps,
  equalBytes,
  headerHash,
  NIL_BLOCK_ID,
  validateValidatorBasic,
  type Commit,
  type LightClientAttackEvidence,
  type SignedHeader,
  type ValidatorSet,
} from '#proto';
import {byzantineValidators, isInvalidHeader, verifyCommitLight, verifyCommitLightTrusting, type Fraction, type Problem} from '#consensus/core';
import type {ConsensusState, EvidenceChain, EvidenceRefusal} from '#consensus/engine';

/** CometBFT light.DefaultTrustLevel. */
const TRUST_LEVEL: Fraction = {numerator: 1n, denominator: 3n};

/** No commit was asked for: a lunatic attack is told from the headers. */
const NO_COMMIT: Commit = {height: 0n, round: 0, blockId: NIL_BLOCK_ID, signatures: []};

/** @param common the validators of the common height. */
export function attackRefusal(
  evidence: LightClientAttackEvidence,
  chain: EvidenceChain,
  state: ConsensusState,
  common: ValidatorSet,
): EvidenceRefusal | undefined {
  const trusted = trustedHeader(evidence, chain, state);
  if ('kind' in trusted) return trusted;
  const problem = conflictProblem(evidence, trusted, common, state.chainId) ?? signaturesProblem(evidence, common, state.chainId);
  if (problem !== undefined) return {kind: 'invalid', problem};
  const mismatch = culpritsProblem(evidence, trusted, common);
  return mismatch === undefined ? undefined : {kind: 'mismatch', problem: mismatch};
}

/**
 * Ours at the height of the conflicting block; or, when that is still to come, our newest, which then must not be earlier: a block of a
 * later height and no later time breaks the monotony of time (forward lunatic attack). Nothing depends on what this node has beyond
 * `state`, so that all nodes judge a block's evidence alike.
 */
function trustedHeader({conflictingBlock}: LightClientAttackEvidence, chain: EvidenceChain, {lastBlockHeight}: ConsensusState): SignedHeader | EvidenceRefusal {
  const {header} = conflictingBlock.signedHeader;
  const isForward = header.height > lastBlockHeight;
  const height = isForward ? lastBlockHeight : header.height;
  const ours = chain.loadBlockMeta(height)?.header;
  if (ours === undefined) return {kind: 'unknown', problem: `block ${height} is not here`};
  if (isForward && compareTimestamps(ours.time, header.time) < 0) {
    return {kind: 'unknown', problem: `the conflicting block is of height ${header.height}, to which the chain is yet to come`};
  }
  if (isForward || isInvalidHeader(header, ours)) return {header: ours, commit: NO_COMMIT};
  // The canonical commit of a block stands in the next one.
  const commit = height < lastBlockHeight ? chain.loadCommit(height) : undefined;
  if (commit === undefined) return {kind: 'unknown', problem: `the commit of block ${height} is not here`};
  return {header: ours, commit};
}

function conflictProblem(evidence: LightClientAttackEvidence, trusted: SignedHeader, common: ValidatorSet, chainId: string): Problem {
  const {header} = evidence.conflictingBlock.signedHeader;
  if (header.chainId !== chainId) return `the conflicting block is of chain ${header.chainId}`;
  if (evidence.totalVotingPower !== common.totalVotingPower) {
    return `total voting power ${evidence.totalVotingPower}, not ${common.totalVotingPower}`;
  }
  if (equalBytes(headerHash(header), headerHash(trusted.header))) return 'the conflicting block is the one of the chain';
  if (evidence.commonHeight === header.height && isInvalidHeader(header, trusted.header)) {
    return 'an invalid block was shown to a light client that trusted a block before it, but the common height is its own';
  }
  return undefined;
}

/** More than 1/3 of those whom the light client trusted, and +2/3 of those whom the block names. Each of their signatures is looked at: each accuses. */
function signaturesProblem({conflictingBlock, commonHeight}: LightClientAttackEvidence, common: ValidatorSet, chainId: string): Problem {
  const {validatorSet, signedHeader} = conflictingBlock;
  const {header, commit} = signedHeader;
  if (commonHeight !== header.height) {
    const refusal = verifyCommitLightTrusting(chainId, common, commit, TRUST_LEVEL, {allSignatures: true});
    if (refusal !== undefined) return refusal.problem;
  }
  return verifyCommitLight(chainId, validatorSet, commit.blockId, header.height, commit, {allSignatures: true});
}

function culpritsProblem({conflictingBlock, byzantineValidators: named}: LightClientAttackEvidence, trusted: SignedHeader, common: ValidatorSet): Problem {
  const guilty = byzantineValidators(conflictingBlock, common, trusted);
  if (guilty.length !== named.length) return `${named.length} byzantine validators are named, ${guilty.length} took part`;
  for (const [index, {address, votingPower}] of guilty.entries()) {
    const accused = named[index]!;
    if (!equalBytes(address, accused.address)) return `byzantine validator ${index} is another`;
    if (votingPower !== accused.votingPower) return `byzantine validator ${index} has power ${votingPower}, not ${accused.votingPower}`;
    const problem = validateValidatorBasic(accused);
    if (problem !== undefined) return `byzantine validator ${index}: ${problem}`;
  }
  return undefined;
}
