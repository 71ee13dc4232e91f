/**
 * Encode and decode every type of `types.ts`. Encodings are CometBFT 0.38's, byte for byte. Decoding checks the shape only
 * (types, known enum values, parts that a value cannot do without); `validate.ts` checks the meaning.
 * Every decoder throws DecodeError, and nothing else, for whatever is wrong with the bytes.
 */
import * as abci from './gen/tendermint_abci.ts';
import type * as crypto from './gen/tendermint_crypto.ts';
import {Timestamp as TimestampCodec} from './gen/google_protobuf.ts';
import * as pb from './gen/tendermint_types.ts';
import * as limits from './limits.ts';
import {timestampToNanos} from './timestamp.ts';
import {
  BlockIDFlag,
  VoteType,
  type Block,
  type BlockID,
  type Commit,
  type CommitSig,
  type ConsensusParams,
  type Evidence,
  type ExecTxResult,
  type Header,
  type LightBlock,
  type Part,
  type Proposal,
  type PublicKey,
  type Timestamp,
  type TxResult,
  type Validator,
  type ValidatorSet,
  type Vote,
} from './types.ts';
import {DecodeError, decodeMessage, encodeMessage} from './wire.ts';

/** SIGNED_MSG_TYPE_PROPOSAL. */
export const PROPOSAL_TYPE = 32;
const NANOS_PER_SECOND = 1_000_000_000n;

export const encodeTimestamp = (time: Timestamp): Uint8Array => encodeMessage(TimestampCodec, time);
export const decodeTimestamp = (bytes: Uint8Array): Timestamp => decodeMessage(TimestampCodec, bytes, limits.TIMESTAMP_BYTES_MAX);

export const encodeBlockId = (blockId: BlockID): Uint8Array => encodeMessage(pb.BlockID, blockId);
export const decodeBlockId = (bytes: Uint8Array): BlockID => decodeMessage(pb.BlockID, bytes, limits.BLOCK_ID_BYTES_MAX);

export const encodeHeader = (header: Header): Uint8Array => encodeMessage(pb.Header, header);
export const decodeHeader = (bytes: Uint8Array): Header => decodeMessage(pb.Header, bytes, limits.HEADER_BYTES_MAX);

export const encodePart = (part: Part): Uint8Array => encodeMessage(pb.Part, part);
export const decodePart = (bytes: Uint8Array): Part => decodeMessage(pb.Part, bytes, limits.PART_BYTES_MAX);

export const encodeCommitSig = (signature: CommitSig): Uint8Array => encodeMessage(pb.CommitSig, signature);

export const encodeCommit = (commit: Commit): Uint8Array => encodeMessage(pb.Commit, commit);
export const decodeCommit = (bytes: Uint8Array): Commit => commitFromProto(decodeMessage(pb.Commit, bytes, limits.COMMIT_BYTES_MAX));

export const encodeVote = (vote: Vote): Uint8Array => encodeMessage(pb.Vote, vote);
export const decodeVote = (bytes: Uint8Array): Vote => voteFromProto(decodeMessage(pb.Vote, bytes, limits.VOTE_BYTES_MAX));

export const encodeProposal = (proposal: Proposal): Uint8Array => encodeMessage(pb.Proposal, proposalToProto(proposal));
export const decodeProposal = (bytes: Uint8Array): Proposal => proposalFromProto(decodeMessage(pb.Proposal, bytes, limits.PROPOSAL_BYTES_MAX));

export const encodeValidator = (validator: Validator): Uint8Array => encodeMessage(pb.Validator, validatorToProto(validator));
export const decodeValidator = (bytes: Uint8Array): Validator => validatorFromProto(decodeMessage(pb.Validator, bytes, limits.VALIDATOR_BYTES_MAX));

export const encodeValidatorSet = (set: ValidatorSet): Uint8Array => encodeMessage(pb.ValidatorSet, validatorSetToProto(set));
export const decodeValidatorSet = (bytes: Uint8Array): ValidatorSet =>
  validatorSetFromProto(decodeMessage(pb.ValidatorSet, bytes, limits.VALIDATOR_SET_BYTES_MAX));

export const encodeEvidence = (evidence: Evidence): Uint8Array => encodeMessage(pb.Evidence, evidenceToProto(evidence));
export const decodeEvidence = (bytes: Uint8Array): Evidence => evidenceFromProto(decodeMessage(pb.Evidence, bytes, limits.EVIDENCE_BYTES_MAX));

/** What travels on the evidence channel. */
export const encodeEvidenceList = (list: readonly Evidence[]): Uint8Array => encodeMessage(pb.EvidenceList, {evidence: list.map(evidenceToProto)});
export const decodeEvidenceList = (bytes: Uint8Array, maxBytes: number): Evidence[] =>
  decodeMessage(pb.EvidenceList, bytes, maxBytes).evidence.map(evidenceFromProto);

export const encodeLightBlock = (block: LightBlock): Uint8Array => encodeMessage(pb.LightBlock, lightBlockToProto(block));
export const decodeLightBlock = (bytes: Uint8Array): LightBlock =>
  lightBlockFromProto(decodeMessage(pb.LightBlock, bytes, limits.EVIDENCE_BYTES_MAX));

export const encodeConsensusParams = (params: ConsensusParams): Uint8Array => encodeMessage(pb.ConsensusParams, consensusParamsToProto(params));
export const decodeConsensusParams = (bytes: Uint8Array): ConsensusParams =>
  consensusParamsFromProto(decodeMessage(pb.ConsensusParams, bytes, limits.CONSENSUS_PARAMS_BYTES_MAX));

export const encodeExecTxResult = (result: ExecTxResult): Uint8Array => encodeMessage(abci.ExecTxResult, execTxResultToProto(result));
export const decodeExecTxResult = (bytes: Uint8Array): ExecTxResult =>
  execTxResultFromProto(decodeMessage(abci.ExecTxResult, bytes, limits.EXEC_TX_RESULT_BYTES_MAX));

export const encodeTxResult = (result: TxResult): Uint8Array => encodeMessage(abci.TxResult, {...result, result: execTxResultToProto(result.result)});

export function decodeTxResult(bytes: Uint8Array): TxResult {
  const {result, ...place} = decodeMessage(abci.TxResult, bytes, limits.TX_RESULT_BYTES_MAX);
  return {...place, result: execTxResultFromProto(required(result, 'transaction result'))};
}

export function encodeBlock(block: Block): Uint8Array {
  return encodeMessage(pb.Block, {
    header: block.header,
    data: {txs: block.txs},
    evidence: {evidence: block.evidence.map(evidenceToProto)},
    lastCommit: block.lastCommit,
  });
}

/** @param maxBytes the limit of the consensus parameters, where it is known. */
export function decodeBlock(bytes: Uint8Array, maxBytes: number = limits.BLOCK_BYTES_MAX): Block {
  const block = decodeMessage(pb.Block, bytes, maxBytes);
  return {
    header: block.header,
    txs: block.data.txs,
    evidence: block.evidence.evidence.map(evidenceFromProto),
    lastCommit: commitFromProto(required(block.lastCommit, 'last commit')),
  };
}

export interface BlockMeta {
  readonly blockId: BlockID;
  /** Bytes of the encoded block. */
  readonly blockSize: bigint;
  readonly header: Header;
  readonly numTxs: bigint;
}

export const encodeBlockMeta = (meta: BlockMeta): Uint8Array => encodeMessage(pb.BlockMeta, meta);
export const decodeBlockMeta = (bytes: Uint8Array): BlockMeta =>
  decodeMessage(pb.BlockMeta, bytes, limits.HEADER_BYTES_MAX + limits.BLOCK_ID_BYTES_MAX + 64);

// From here on: between the types of types.ts and the generated ones, where these differ.

export function voteFromProto(vote: pb.Vote): Vote {
  const {type} = vote;
  if (type !== VoteType.Prevote && type !== VoteType.Precommit) throw new DecodeError(`vote of type ${type}`);
  return {...vote, type};
}

export function proposalToProto(proposal: Proposal): pb.Proposal {
  return {type: PROPOSAL_TYPE, ...proposal};
}

export function proposalFromProto({type, ...proposal}: pb.Proposal): Proposal {
  if (type !== PROPOSAL_TYPE) throw new DecodeError(`proposal of type ${type}`);
  return proposal;
}

export function commitFromProto(commit: pb.Commit): Commit {
  return {...commit, signatures: commit.signatures.map(commitSigFromProto)};
}

function commitSigFromProto(signature: pb.CommitSig): CommitSig {
  const {blockIdFlag} = signature;
  if (blockIdFlag !== BlockIDFlag.Absent && blockIdFlag !== BlockIDFlag.Commit && blockIdFlag !== BlockIDFlag.Nil) {
    throw new DecodeError(`commit signature with flag ${blockIdFlag}`);
  }
  return {...signature, blockIdFlag};
}

function execTxResultToProto(result: ExecTxResult): abci.ExecTxResult {
  return {...result, events: result.events ?? []};
}

function execTxResultFromProto({events, ...result}: abci.ExecTxResult): ExecTxResult {
  return events.length === 0 ? result : {...result, events};
}

export function publicKeyToProto(key: PublicKey): crypto.PublicKey {
  return {sum: {case: 'ed25519', value: key.bytes}};
}

function publicKeyFromProto(key: crypto.PublicKey): PublicKey {
  if (key.sum?.case !== 'ed25519') throw new DecodeError(`public key of type ${key.sum?.case ?? 'none'}`);
  return {type: 'ed25519', bytes: key.sum.value};
}

function validatorToProto({publicKey, ...rest}: Validator): pb.Validator {
  return {...rest, pubKey: publicKeyToProto(publicKey)};
}

function validatorFromProto({pubKey, address, votingPower, proposerPriority}: pb.Validator): Validator {
  return {address, publicKey: publicKeyFromProto(pubKey), votingPower, proposerPriority};
}

/** The total is written as 0, as CometBFT does: these bytes are part of evidence hashes and must not depend on a cached sum. */
function validatorSetToProto(set: ValidatorSet): pb.ValidatorSet {
  return {validators: set.validators.map(validatorToProto), proposer: validatorToProto(set.proposer), totalVotingPower: 0n};
}

function validatorSetFromProto(set: pb.ValidatorSet): ValidatorSet {
  const validators = set.validators.map(validatorFromProto);
  return {
    validators,
    proposer: validatorFromProto(required(set.proposer, 'proposer')),
    totalVotingPower: validators.reduce((sum, validator) => sum + validator.votingPower, 0n),
  };
}

export function lightBlockToProto(block: LightBlock): pb.LightBlock {
  return {signedHeader: block.signedHeader, validatorSet: validatorSetToProto(block.validatorSet)};
}

export function lightBlockFromProto(block: pb.LightBlock): LightBlock {
  const signedHeader = required(block.signedHeader, 'signed header');
  return {
    signedHeader: {
      header: required(signedHeader.header, 'header'),
      commit: commitFromProto(required(signedHeader.commit, 'commit')),
    },
    validatorSet: validatorSetFromProto(required(block.validatorSet, 'validator set')),
  };
}

export function evidenceToProto(evidence: Evidence): pb.Evidence {
  switch (evidence.type) {
    case 'duplicateVote':
      return {sum: {case: 'duplicateVoteEvidence', value: evidence}};
    case 'lightClientAttack':
      return {
        sum: {
          case: 'lightClientAttackEvidence',
          value: {
            ...evidence,
            conflictingBlock: lightBlockToProto(evidence.conflictingBlock),
            byzantineValidators: evidence.byzantineValidators.map(validatorToProto),
          },
        },
      };
  }
}

export function evidenceFromProto({sum}: pb.Evidence): Evidence {
  switch (sum?.case) {
    case 'duplicateVoteEvidence': {
      const {voteA, voteB, ...rest} = sum.value;
      return {
        type: 'duplicateVote',
        voteA: voteFromProto(required(voteA, 'vote')),
        voteB: voteFromProto(required(voteB, 'vote')),
        ...rest,
      };
    }
    case 'lightClientAttackEvidence':
      return {
        ...sum.value,
        type: 'lightClientAttack',
        conflictingBlock: lightBlockFromProto(required(sum.value.conflictingBlock, 'conflicting block')),
        byzantineValidators: sum.value.byzantineValidators.map(validatorFromProto),
      };
    case undefined:
      throw new DecodeError('evidence of no known type');
  }
}

/** The bytes that evidence is hashed as: the inner message, without the wrapper of `encodeEvidence`. */
export function encodeInnerEvidence(evidence: Evidence): Uint8Array {
  const {sum} = evidenceToProto(evidence);
  return sum?.case === 'lightClientAttackEvidence'
    ? encodeMessage(pb.LightClientAttackEvidence, sum.value)
    : encodeMessage(pb.DuplicateVoteEvidence, sum?.value as pb.DuplicateVoteEvidence);
}

function consensusParamsToProto(params: ConsensusParams): pb.ConsensusParams {
  const {maxAgeDurationNs, ...evidence} = params.evidence;
  return {
    ...params,
    evidence: {
      ...evidence,
      maxAgeDuration: {seconds: maxAgeDurationNs / NANOS_PER_SECOND, nanos: Number(maxAgeDurationNs % NANOS_PER_SECOND)},
    },
  };
}

function consensusParamsFromProto(params: pb.ConsensusParams): ConsensusParams {
  const {maxAgeDuration, ...evidence} = required(params.evidence, 'evidence parameters');
  return {
    block: required(params.block, 'block parameters'),
    evidence: {...evidence, maxAgeDurationNs: timestampToNanos(maxAgeDuration)},
    validator: required(params.validator, 'validator parameters'),
    version: params.version ?? {app: 0n},
    abci: params.abci ?? {voteExtensionsEnableHeight: 0n},
  };
}

function required<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new DecodeError(`no ${name}`);
  return value;
}
