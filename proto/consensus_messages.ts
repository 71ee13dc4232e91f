/**
 * The messages of the consensus channels and the records of the write-ahead log (tendermint/consensus/*.proto) as discriminated unions.
 * Decoders throw DecodeError for malformed bytes; `validateConsensusMessageBasic` is CometBFT's ValidateBasic.
 */
import {validateBitArrayBasic, type BitArray} from './bit_array.ts';
import {proposalFromProto, proposalToProto, voteFromProto} from './encoding.ts';
import * as pb from './gen/tendermint_consensus.ts';
import type {BitArray as ProtoBitArray} from './gen/tendermint_libs_bits.ts';
import {CONSENSUS_MESSAGE_BYTES_MAX, WAL_MESSAGE_BYTES_MAX} from './limits.ts';
import {timestampToNanos} from './timestamp.ts';
import {VoteType, type BlockID, type Part, type PartSetHeader, type Proposal, type Timestamp, type Vote} from './types.ts';
import {validateBlockIdBasic, validatePartBasic, validatePartSetHeaderBasic, validateProposalBasic, validateVoteBasic} from './validate.ts';
import {DecodeError, decodeMessage, encodeMessage} from './wire.ts';

/** CometBFT's numbers of the steps, as NewRoundStep carries them. */
export const RoundStep = {NewHeight: 1, NewRound: 2, Propose: 3, Prevote: 4, PrevoteWait: 5, Precommit: 6, PrecommitWait: 7, Commit: 8} as const;
export type RoundStep = (typeof RoundStep)[keyof typeof RoundStep];

export interface NewRoundStepMessage {
  readonly type: 'newRoundStep';
  readonly height: bigint;
  readonly round: number;
  readonly step: RoundStep;
  readonly secondsSinceStartTime: bigint;
  /** -1 when there is no last commit (first height). */
  readonly lastCommitRound: number;
}

export interface NewValidBlockMessage {
  readonly type: 'newValidBlock';
  readonly height: bigint;
  readonly round: number;
  readonly blockPartSetHeader: PartSetHeader;
  readonly blockParts: BitArray;
  readonly isCommit: boolean;
}

export interface ProposalMessage {
  readonly type: 'proposal';
  readonly proposal: Proposal;
}

export interface ProposalPolMessage {
  readonly type: 'proposalPol';
  readonly height: bigint;
  readonly proposalPolRound: number;
  readonly proposalPol: BitArray;
}

export interface BlockPartMessage {
  readonly type: 'blockPart';
  readonly height: bigint;
  readonly round: number;
  readonly part: Part;
}

export interface VoteMessage {
  readonly type: 'vote';
  readonly vote: Vote;
}

export interface HasVoteMessage {
  readonly type: 'hasVote';
  readonly height: bigint;
  readonly round: number;
  readonly voteType: VoteType;
  readonly index: number;
}

export interface VoteSetMaj23Message {
  readonly type: 'voteSetMaj23';
  readonly height: bigint;
  readonly round: number;
  readonly voteType: VoteType;
  readonly blockId: BlockID;
}

export interface VoteSetBitsMessage {
  readonly type: 'voteSetBits';
  readonly height: bigint;
  readonly round: number;
  readonly voteType: VoteType;
  readonly blockId: BlockID;
  readonly votes: BitArray;
}

export type ConsensusMessage =
  | NewRoundStepMessage
  | NewValidBlockMessage
  | ProposalMessage
  | ProposalPolMessage
  | BlockPartMessage
  | VoteMessage
  | HasVoteMessage
  | VoteSetMaj23Message
  | VoteSetBitsMessage;

export type WalMessage =
  /** `peer` is empty for this node's own messages. */
  | {readonly type: 'message'; readonly peer: string; readonly message: ConsensusMessage}
  | {readonly type: 'timeout'; readonly durationNs: bigint; readonly height: bigint; readonly round: number; readonly step: number}
  /** The block of `height` is stored. */
  | {readonly type: 'endHeight'; readonly height: bigint};

export interface TimedWalMessage {
  readonly time: Timestamp;
  readonly message: WalMessage;
}

const NANOS_PER_SECOND = 1_000_000_000n;

export function encodeConsensusMessage(message: ConsensusMessage): Uint8Array {
  return encodeMessage(pb.Message, messageToProto(message));
}

export function decodeConsensusMessage(bytes: Uint8Array): ConsensusMessage {
  return messageFromProto(decodeMessage(pb.Message, bytes, CONSENSUS_MESSAGE_BYTES_MAX));
}

export function encodeWalMessage({time, message}: TimedWalMessage): Uint8Array {
  return encodeMessage(pb.TimedWALMessage, {time, msg: {sum: walToProto(message)}});
}

export function decodeWalMessage(bytes: Uint8Array): TimedWalMessage {
  const {time, msg} = decodeMessage(pb.TimedWALMessage, bytes, WAL_MESSAGE_BYTES_MAX);
  return {time, message: walFromProto(msg?.sum)};
}

function messageToProto(message: ConsensusMessage): pb.Message {
  switch (message.type) {
    case 'newRoundStep':
      return {sum: {case: 'newRoundStep', value: message}};
    case 'newValidBlock':
      return {sum: {case: 'newValidBlock', value: {...message, blockParts: bitsToProto(message.blockParts)}}};
    case 'proposal':
      return {sum: {case: 'proposal', value: {proposal: proposalToProto(message.proposal)}}};
    case 'proposalPol':
      return {sum: {case: 'proposalPol', value: {...message, proposalPol: bitsToProto(message.proposalPol)}}};
    case 'blockPart':
      return {sum: {case: 'blockPart', value: message}};
    case 'vote':
      return {sum: {case: 'vote', value: {vote: message.vote}}};
    case 'hasVote':
      return {sum: {case: 'hasVote', value: {...message, type: message.voteType}}};
    case 'voteSetMaj23':
      return {sum: {case: 'voteSetMaj23', value: {...message, type: message.voteType}}};
    case 'voteSetBits':
      return {sum: {case: 'voteSetBits', value: {...message, type: message.voteType, votes: bitsToProto(message.votes)}}};
  }
}

function messageFromProto({sum}: pb.Message): ConsensusMessage {
  if (sum === undefined) throw new DecodeError('consensus message of no known type');
  switch (sum.case) {
    case 'newRoundStep':
      return {...sum.value, type: 'newRoundStep', step: stepFrom(sum.value.step)};
    case 'newValidBlock':
      return {...sum.value, type: 'newValidBlock', blockParts: bitsFromProto(sum.value.blockParts)};
    case 'proposal':
      return {type: 'proposal', proposal: proposalFromProto(sum.value.proposal)};
    case 'proposalPol':
      return {...sum.value, type: 'proposalPol', proposalPol: bitsFromProto(sum.value.proposalPol)};
    case 'blockPart':
      return {...sum.value, type: 'blockPart'};
    case 'vote':
      if (sum.value.vote === undefined) throw new DecodeError('vote message without a vote');
      return {type: 'vote', vote: voteFromProto(sum.value.vote)};
    case 'hasVote': {
      const {type, ...rest} = sum.value;
      return {type: 'hasVote', ...rest, voteType: voteTypeFrom(type)};
    }
    case 'voteSetMaj23': {
      const {type, ...rest} = sum.value;
      return {type: 'voteSetMaj23', ...rest, voteType: voteTypeFrom(type)};
    }
    case 'voteSetBits': {
      const {type, ...rest} = sum.value;
      return {type: 'voteSetBits', ...rest, voteType: voteTypeFrom(type), votes: bitsFromProto(rest.votes)};
    }
  }
}

function walToProto(message: WalMessage): pb.WALMessage['sum'] {
  switch (message.type) {
    case 'message':
      return {case: 'msgInfo', value: {msg: messageToProto(message.message), peerId: message.peer}};
    case 'timeout': {
      const {durationNs, height, round, step} = message;
      const duration = {seconds: durationNs / NANOS_PER_SECOND, nanos: Number(durationNs % NANOS_PER_SECOND)};
      return {case: 'timeoutInfo', value: {duration, height, round, step}};
    }
    case 'endHeight':
      return {case: 'endHeight', value: {height: message.height}};
  }
}

function walFromProto(sum: pb.WALMessage['sum']): WalMessage {
  if (sum === undefined) throw new DecodeError('log record of no known type');
  switch (sum.case) {
    case 'msgInfo':
      return {type: 'message', peer: sum.value.peerId, message: messageFromProto(sum.value.msg)};
    case 'timeoutInfo': {
      const {duration, height, round, step} = sum.value;
      return {type: 'timeout', durationNs: timestampToNanos(duration), height, round, step};
    }
    case 'endHeight':
      return {type: 'endHeight', height: sum.value.height};
  }
}

/** What is wrong with a message that a peer sent, or undefined. */
export function validateConsensusMessageBasic(message: ConsensusMessage): string | undefined {
  switch (message.type) {
    case 'newRoundStep': {
      const problem = heightRoundProblem(message.height, message.round);
      if (problem !== undefined) return problem;
      // The last commit exists from the second height on; its round is -1 before.
      return message.lastCommitRound < -1 ? `last commit round ${message.lastCommitRound}` : undefined;
    }
    case 'newValidBlock': {
      const problem =
        heightRoundProblem(message.height, message.round) ??
        validatePartSetHeaderBasic(message.blockPartSetHeader) ??
        validateBitArrayBasic(message.blockParts);
      if (problem !== undefined) return problem;
      if (message.blockParts.bits === 0) return 'empty block parts';
      return message.blockParts.bits === message.blockPartSetHeader.total ? undefined : 'block parts do not fit the part set header';
    }
    case 'proposal':
      return validateProposalBasic(message.proposal);
    case 'proposalPol': {
      const problem = heightRoundProblem(message.height, message.proposalPolRound) ?? validateBitArrayBasic(message.proposalPol);
      if (problem !== undefined) return problem;
      return message.proposalPol.bits === 0 ? 'empty proof of lock' : undefined;
    }
    case 'blockPart':
      return heightRoundProblem(message.height, message.round) ?? validatePartBasic(message.part);
    case 'vote':
      return validateVoteBasic(message.vote);
    case 'hasVote':
      return heightRoundProblem(message.height, message.round) ?? (message.index < 0 ? 'negative index' : undefined);
    case 'voteSetMaj23':
      return heightRoundProblem(message.height, message.round) ?? validateBlockIdBasic(message.blockId);
    case 'voteSetBits':
      return (
        heightRoundProblem(message.height, message.round) ?? validateBlockIdBasic(message.blockId) ?? validateBitArrayBasic(message.votes)
      );
  }
}

function heightRoundProblem(height: bigint, round: number): string | undefined {
  if (height < 0n) return 'negative height';
  return round < 0 ? 'negative round' : undefined;
}

function voteTypeFrom(type: number): VoteType {
  if (type !== VoteType.Prevote && type !== VoteType.Precommit) throw new DecodeError(`vote type ${type}`);
  return type;
}

function stepFrom(step: number): RoundStep {
  if (step < RoundStep.NewHeight || step > RoundStep.Commit) throw new DecodeError(`step ${step}`);
  return step as RoundStep;
}

function bitsToProto({bits, elems}: BitArray): ProtoBitArray {
  return {bits: BigInt(bits), elems};
}

function bitsFromProto(array: ProtoBitArray | undefined): BitArray {
  if (array === undefined) return {bits: 0, elems: []};
  const bits = Number(array.bits);
  const result = {bits, elems: array.elems};
  const problem = validateBitArrayBasic(result);
  if (problem !== undefined) throw new DecodeError(problem);
  return result;
}
