/**
 * CometBFT's ValidateBasic: what can be said about a value without any state. Each function returns what is wrong, or undefined,
 * since the caller decides whether that is a peer's fault or its own.
 */
import {blockIdKey, isCompleteBlockId, isNilBlockId} from './block_id.ts';
import {equalBytes, utf8} from './bytes.ts';
import {commitHash, dataHash, evidenceHash, headerHash, validatorSetHash} from './hashing.ts';
import {addressOf} from './keys.ts';
import {
  ADDRESS_BYTES,
  CHAIN_ID_BYTES_MAX,
  HASH_BYTES,
  PART_SIZE_BYTES,
  PUBLIC_KEY_BYTES,
  SIGNATURE_BYTES_MAX,
  TOTAL_VOTING_POWER_MAX,
  VALIDATORS_MAX,
} from './limits.ts';
import {validateMerkleProofBasic} from './merkle.ts';
import {isZeroTime} from './timestamp.ts';
import {BlockIDFlag, VoteType} from './types.ts';
import type {
  Block,
  BlockID,
  Commit,
  CommitSig,
  Evidence,
  Header,
  LightBlock,
  Part,
  PartSetHeader,
  Proposal,
  SignedHeader,
  Validator,
  ValidatorSet,
  Vote,
} from './types.ts';

/** CometBFT's block protocol version in 0.38. */
export const BLOCK_PROTOCOL = 11n;

type Problem = string | undefined;

export function validatePartSetHeaderBasic(header: PartSetHeader): Problem {
  return hashProblem('part set hash', header.hash);
}

export function validateBlockIdBasic(blockId: BlockID): Problem {
  return hashProblem('block hash', blockId.hash) ?? validatePartSetHeaderBasic(blockId.partSetHeader);
}

export function validateHeaderBasic(header: Header): Problem {
  if (header.version.block !== BLOCK_PROTOCOL) return `block protocol ${header.version.block}, not ${BLOCK_PROTOCOL}`;
  if (utf8(header.chainId).length > CHAIN_ID_BYTES_MAX) return 'chain id too long';
  if (header.height <= 0n) return `height ${header.height}`;
  if (header.proposerAddress.length !== ADDRESS_BYTES) return `proposer address of ${header.proposerAddress.length} bytes`;
  // The application hash is the application's own affair.
  return (
    prefixed('last block id', validateBlockIdBasic(header.lastBlockId)) ??
    hashProblem('last commit hash', header.lastCommitHash) ??
    hashProblem('data hash', header.dataHash) ??
    hashProblem('evidence hash', header.evidenceHash) ??
    hashProblem('validators hash', header.validatorsHash) ??
    hashProblem('next validators hash', header.nextValidatorsHash) ??
    hashProblem('consensus hash', header.consensusHash) ??
    hashProblem('last results hash', header.lastResultsHash)
  );
}

export function validateBlockBasic(block: Block): Problem {
  const {header} = block;
  const problem = prefixed('header', validateHeaderBasic(header)) ?? prefixed('last commit', validateCommitBasic(block.lastCommit));
  if (problem !== undefined) return problem;
  if (!equalBytes(header.lastCommitHash, commitHash(block.lastCommit))) return 'last commit does not have the hash in the header';
  if (!equalBytes(header.dataHash, dataHash(block.txs))) return 'transactions do not have the hash in the header';
  for (const evidence of block.evidence) {
    const evidenceProblem = prefixed('evidence', validateEvidenceBasic(evidence));
    if (evidenceProblem !== undefined) return evidenceProblem;
  }
  if (!equalBytes(header.evidenceHash, evidenceHash(block.evidence))) return 'evidence does not have the hash in the header';
  return undefined;
}

/** Height 0 stands for the commit before the first block: it is empty. */
export function validateCommitBasic(commit: Commit): Problem {
  if (commit.height < 0n) return 'negative height';
  if (commit.round < 0) return 'negative round';
  if (commit.height === 0n) return undefined;
  if (isNilBlockId(commit.blockId)) return 'commit for nil';
  if (commit.signatures.length === 0) return 'no signatures';
  if (commit.signatures.length > VALIDATORS_MAX) return `${commit.signatures.length} signatures`;
  for (const [i, signature] of commit.signatures.entries()) {
    const problem = prefixed(`signature ${i}`, validateCommitSigBasic(signature));
    if (problem !== undefined) return problem;
  }
  return validateBlockIdBasic(commit.blockId);
}

export function validateCommitSigBasic(signature: CommitSig): Problem {
  if (signature.blockIdFlag === BlockIDFlag.Absent) {
    if (signature.validatorAddress.length !== 0) return 'absent with an address';
    if (!isZeroTime(signature.timestamp)) return 'absent with a time';
    if (signature.signature.length !== 0) return 'absent with a signature';
    return undefined;
  }
  return addressProblem(signature.validatorAddress) ?? signatureProblem(signature.signature);
}

export function validateVoteBasic(vote: Vote): Problem {
  if (vote.type !== VoteType.Prevote && vote.type !== VoteType.Precommit) return `vote type ${String(vote.type)}`;
  if (vote.height <= 0n) return `height ${vote.height}`;
  if (vote.round < 0) return 'negative round';
  const problem = validateBlockIdBasic(vote.blockId);
  if (problem !== undefined) return problem;
  if (!isNilBlockId(vote.blockId) && !isCompleteBlockId(vote.blockId)) return 'block id neither nil nor complete';
  if (vote.validatorIndex < 0) return 'negative validator index';
  return addressProblem(vote.validatorAddress) ?? signatureProblem(vote.signature);
}

export function validateProposalBasic(proposal: Proposal): Problem {
  if (proposal.height <= 0n) return `height ${proposal.height}`;
  if (proposal.round < 0) return 'negative round';
  if (proposal.polRound < -1) return `proof-of-lock round ${proposal.polRound}`;
  if (proposal.polRound >= proposal.round) return `proof-of-lock round ${proposal.polRound} in round ${proposal.round}`;
  const problem = validateBlockIdBasic(proposal.blockId);
  if (problem !== undefined) return problem;
  if (!isCompleteBlockId(proposal.blockId)) return 'block id not complete';
  return signatureProblem(proposal.signature);
}

export function validatePartBasic(part: Part): Problem {
  if (part.bytes.length > PART_SIZE_BYTES) return `part of ${part.bytes.length} bytes, limit ${PART_SIZE_BYTES}`;
  if (part.proof.index !== BigInt(part.index)) return 'proof for another part';
  return prefixed('proof', validateMerkleProofBasic(part.proof));
}

export function validateValidatorBasic(validator: Validator): Problem {
  if (validator.publicKey.bytes.length !== PUBLIC_KEY_BYTES) return `public key of ${validator.publicKey.bytes.length} bytes`;
  if (validator.votingPower < 0n) return 'negative voting power';
  // The address is not in the validator set's hash, so it must follow from the key.
  if (!equalBytes(validator.address, addressOf(validator.publicKey.bytes))) return 'address is not that of the public key';
  return undefined;
}

export function validateValidatorSetBasic(set: ValidatorSet): Problem {
  if (set.validators.length === 0) return 'no validators';
  if (set.validators.length > VALIDATORS_MAX) return `${set.validators.length} validators`;
  for (const [i, validator] of set.validators.entries()) {
    const problem = prefixed(`validator ${i}`, validateValidatorBasic(validator));
    if (problem !== undefined) return problem;
  }
  if (set.totalVotingPower > TOTAL_VOTING_POWER_MAX) return 'total voting power above the limit';
  return prefixed('proposer', validateValidatorBasic(set.proposer));
}

export function validateSignedHeaderBasic({header, commit}: SignedHeader, chainId: string): Problem {
  const problem = prefixed('header', validateHeaderBasic(header)) ?? prefixed('commit', validateCommitBasic(commit));
  if (problem !== undefined) return problem;
  if (header.chainId !== chainId) return 'header of another chain';
  if (header.height !== commit.height) return 'commit of another height';
  if (!equalBytes(headerHash(header), commit.blockId.hash)) return 'commit for another block';
  return undefined;
}

export function validateLightBlockBasic(block: LightBlock, chainId: string): Problem {
  const problem =
    prefixed('signed header', validateSignedHeaderBasic(block.signedHeader, chainId)) ??
    prefixed('validator set', validateValidatorSetBasic(block.validatorSet));
  if (problem !== undefined) return problem;
  if (!equalBytes(block.signedHeader.header.validatorsHash, validatorSetHash(block.validatorSet.validators))) {
    return 'validator set does not have the hash in the header';
  }
  return undefined;
}

export function validateEvidenceBasic(evidence: Evidence): Problem {
  if (evidence.type === 'duplicateVote') {
    const problem = prefixed('vote A', validateVoteBasic(evidence.voteA)) ?? prefixed('vote B', validateVoteBasic(evidence.voteB));
    if (problem !== undefined) return problem;
    return blockIdKey(evidence.voteA.blockId) < blockIdKey(evidence.voteB.blockId) ? undefined : 'votes not in the order of their block ids';
  }
  const {header} = evidence.conflictingBlock.signedHeader;
  if (evidence.totalVotingPower <= 0n) return 'total voting power not positive';
  if (evidence.commonHeight <= 0n) return 'common height not positive';
  if (evidence.commonHeight > header.height) return 'common height above the conflicting block';
  return prefixed('conflicting block', validateLightBlockBasic(evidence.conflictingBlock, header.chainId));
}

function hashProblem(name: string, hash: Uint8Array): Problem {
  return hash.length === 0 || hash.length === HASH_BYTES ? undefined : `${name} of ${hash.length} bytes`;
}

function addressProblem(address: Uint8Array): Problem {
  return address.length === ADDRESS_BYTES ? undefined : `validator address of ${address.length} bytes`;
}

function signatureProblem(signature: Uint8Array): Problem {
  if (signature.length === 0) return 'no signature';
  return signature.length > SIGNATURE_BYTES_MAX ? `signature of ${signature.length} bytes` : undefined;
}

function prefixed(name: string, problem: Problem): Problem {
  return problem === undefined ? undefined : `${name}: ${problem}`;
}
