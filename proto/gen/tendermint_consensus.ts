// Written by scripts/generate/proto.ts from the .proto files of package tendermint.consensus. Do not edit.
import * as wire from '../wire.ts';
import * as google_protobuf from './google_protobuf.ts';
import * as tendermint_crypto from './tendermint_crypto.ts';
import * as tendermint_libs_bits from './tendermint_libs_bits.ts';
import * as tendermint_types from './tendermint_types.ts';

export interface NewRoundStep {
  readonly height: bigint;
  readonly round: number;
  readonly step: number;
  readonly secondsSinceStartTime: bigint;
  readonly lastCommitRound: number;
}

export const NewRoundStep: wire.Codec<NewRoundStep> = {
  typeName: 'tendermint.consensus.NewRoundStep',
  encodeTo(message, writer) {
    wire.writeInt64(writer, 8, message.height);
    wire.writeInt32(writer, 16, message.round);
    wire.writeUint32(writer, 24, message.step);
    wire.writeInt64(writer, 32, message.secondsSinceStartTime);
    wire.writeInt32(writer, 40, message.lastCommitRound);
  },
  decodeFrom(reader) {
    let height: bigint = 0n;
    let round: number = 0;
    let step: number = 0;
    let secondsSinceStartTime: bigint = 0n;
    let lastCommitRound: number = 0;
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 1:
          height = wire.readInt64(reader, tag);
          break;
        case 2:
          round = wire.readInt32(reader, tag);
          break;
        case 3:
          step = wire.readUint32(reader, tag);
          break;
        case 4:
          secondsSinceStartTime = wire.readInt64(reader, tag);
          break;
        case 5:
          lastCommitRound = wire.readInt32(reader, tag);
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {height, round, step, secondsSinceStartTime, lastCommitRound};
  },
};

export interface NewValidBlock {
  readonly height: bigint;
  readonly round: number;
  readonly blockPartSetHeader: tendermint_types.PartSetHeader;
  readonly blockParts?: tendermint_libs_bits.BitArray | undefined;
  readonly isCommit: boolean;
}

export const NewValidBlock: wire.Codec<NewValidBlock> = {
  typeName: 'tendermint.consensus.NewValidBlock',
  encodeTo(message, writer) {
    wire.writeInt64(writer, 8, message.height);
    wire.writeInt32(writer, 16, message.round);
    wire.writeMessage(writer, 26, tendermint_types.PartSetHeader, message.blockPartSetHeader);
    if (message.blockParts !== undefined) wire.writeMessage(writer, 34, tendermint_libs_bits.BitArray, message.blockParts);
    wire.writeBool(writer, 40, message.isCommit);
  },
  decodeFrom(reader) {
    let height: bigint = 0n;
    let round: number = 0;
    let blockPartSetHeader: tendermint_types.PartSetHeader | undefined = undefined;
    let blockParts: tendermint_libs_bits.BitArray | undefined = undefined;
    let isCommit: boolean = false;
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 1:
          height = wire.readInt64(reader, tag);
          break;
        case 2:
          round = wire.readInt32(reader, tag);
          break;
        case 3:
          blockPartSetHeader = wire.readMessage(reader, tag, tendermint_types.PartSetHeader);
          break;
        case 4:
          blockParts = wire.readMessage(reader, tag, tendermint_libs_bits.BitArray);
          break;
        case 5:
          isCommit = wire.readBool(reader, tag);
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {height, round, blockPartSetHeader: blockPartSetHeader ?? {total: 0, hash: wire.EMPTY_BYTES}, blockParts, isCommit};
  },
};

export interface Proposal {
  readonly proposal: tendermint_types.Proposal;
}

export const Proposal: wire.Codec<Proposal> = {
  typeName: 'tendermint.consensus.Proposal',
  encodeTo(message, writer) {
    wire.writeMessage(writer, 10, tendermint_types.Proposal, message.proposal);
  },
  decodeFrom(reader) {
    let proposal: tendermint_types.Proposal | undefined = undefined;
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 1:
          proposal = wire.readMessage(reader, tag, tendermint_types.Proposal);
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {proposal: proposal ?? {type: 0, height: 0n, round: 0, polRound: 0, blockId: {hash: wire.EMPTY_BYTES, partSetHeader: {total: 0, hash: wire.EMPTY_BYTES}}, timestamp: {seconds: -62135596800n, nanos: 0}, signature: wire.EMPTY_BYTES}};
  },
};

export interface ProposalPOL {
  readonly height: bigint;
  readonly proposalPolRound: number;
  readonly proposalPol: tendermint_libs_bits.BitArray;
}

export const ProposalPOL: wire.Codec<ProposalPOL> = {
  typeName: 'tendermint.consensus.ProposalPOL',
  encodeTo(message, writer) {
    wire.writeInt64(writer, 8, message.height);
    wire.writeInt32(writer, 16, message.proposalPolRound);
    wire.writeMessage(writer, 26, tendermint_libs_bits.BitArray, message.proposalPol);
  },
  decodeFrom(reader) {
    let height: bigint = 0n;
    let proposalPolRound: number = 0;
    let proposalPol: tendermint_libs_bits.BitArray | undefined = undefined;
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 1:
          height = wire.readInt64(reader, tag);
          break;
        case 2:
          proposalPolRound = wire.readInt32(reader, tag);
          break;
        case 3:
          proposalPol = wire.readMessage(reader, tag, tendermint_libs_bits.BitArray);
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {height, proposalPolRound, proposalPol: proposalPol ?? {bits: 0n, elems: []}};
  },
};

export interface BlockPart {
  readonly height: bigint;
  readonly round: number;
  readonly part: tendermint_types.Part;
}

export const BlockPart: wire.Codec<BlockPart> = {
  typeName: 'tendermint.consensus.BlockPart',
  encodeTo(message, writer) {
    wire.writeInt64(writer, 8, message.height);
    wire.writeInt32(writer, 16, message.round);
    wire.writeMessage(writer, 26, tendermint_types.Part, message.part);
  },
  decodeFrom(reader) {
    let height: bigint = 0n;
    let round: number = 0;
    let part: tendermint_types.Part | undefined = undefined;
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 1:
          height = wire.readInt64(reader, tag);
          break;
        case 2:
          round = wire.readInt32(reader, tag);
          break;
        case 3:
          part = wire.readMessage(reader, tag, tendermint_types.Part);
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {height, round, part: part ?? {index: 0, bytes: wire.EMPTY_BYTES, proof: {total: 0n, index: 0n, leafHash: wire.EMPTY_BYTES, aunts: []}}};
  },
};

export interface Vote {
  readonly vote?: tendermint_types.Vote | undefined;
}

export const Vote: wire.Codec<Vote> = {
  typeName: 'tendermint.consensus.Vote',
  encodeTo(message, writer) {
    if (message.vote !== undefined) wire.writeMessage(writer, 10, tendermint_types.Vote, message.vote);
  },
  decodeFrom(reader) {
    let vote: tendermint_types.Vote | undefined = undefined;
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 1:
          vote = wire.readMessage(reader, tag, tendermint_types.Vote);
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {vote};
  },
};

export interface HasVote {
  readonly height: bigint;
  readonly round: number;
  readonly type: number;
  readonly index: number;
}

export const HasVote: wire.Codec<HasVote> = {
  typeName: 'tendermint.consensus.HasVote',
  encodeTo(message, writer) {
    wire.writeInt64(writer, 8, message.height);
    wire.writeInt32(writer, 16, message.round);
    wire.writeInt32(writer, 24, message.type);
    wire.writeInt32(writer, 32, message.index);
  },
  decodeFrom(reader) {
    let height: bigint = 0n;
    let round: number = 0;
    let type: number = 0;
    let index: number = 0;
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 1:
          height = wire.readInt64(reader, tag);
          break;
        case 2:
          round = wire.readInt32(reader, tag);
          break;
        case 3:
          type = wire.readInt32(reader, tag);
          break;
        case 4:
          index = wire.readInt32(reader, tag);
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {height, round, type, index};
  },
};

export interface VoteSetMaj23 {
  readonly height: bigint;
  readonly round: number;
  readonly type: number;
  readonly blockId: tendermint_types.BlockID;
}

export const VoteSetMaj23: wire.Codec<VoteSetMaj23> = {
  typeName: 'tendermint.consensus.VoteSetMaj23',
  encodeTo(message, writer) {
    wire.writeInt64(writer, 8, message.height);
    wire.writeInt32(writer, 16, message.round);
    wire.writeInt32(writer, 24, message.type);
    wire.writeMessage(writer, 34, tendermint_types.BlockID, message.blockId);
  },
  decodeFrom(reader) {
    let height: bigint = 0n;
    let round: number = 0;
    let type: number = 0;
    let blockId: tendermint_types.BlockID | undefined = undefined;
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 1:
          height = wire.readInt64(reader, tag);
          break;
        case 2:
          round = wire.readInt32(reader, tag);
          break;
        case 3:
          type = wire.readInt32(reader, tag);
          break;
        case 4:
          blockId = wire.readMessage(reader, tag, tendermint_types.BlockID);
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {height, round, type, blockId: blockId ?? {hash: wire.EMPTY_BYTES, partSetHeader: {total: 0, hash: wire.EMPTY_BYTES}}};
  },
};

export interface VoteSetBits {
  readonly height: bigint;
  readonly round: number;
  readonly type: number;
  readonly blockId: tendermint_types.BlockID;
  readonly votes: tendermint_libs_bits.BitArray;
}

export const VoteSetBits: wire.Codec<VoteSetBits> = {
  typeName: 'tendermint.consensus.VoteSetBits',
  encodeTo(message, writer) {
    wire.writeInt64(writer, 8, message.height);
    wire.writeInt32(writer, 16, message.round);
    wire.writeInt32(writer, 24, message.type);
    wire.writeMessage(writer, 34, tendermint_types.BlockID, message.blockId);
    wire.writeMessage(writer, 42, tendermint_libs_bits.BitArray, message.votes);
  },
  decodeFrom(reader) {
    let height: bigint = 0n;
    let round: number = 0;
    let type: number = 0;
    let blockId: tendermint_types.BlockID | undefined = undefined;
    let votes: tendermint_libs_bits.BitArray | undefined = undefined;
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 1:
          height = wire.readInt64(reader, tag);
          break;
        case 2:
          round = wire.readInt32(reader, tag);
          break;
        case 3:
          type = wire.readInt32(reader, tag);
          break;
        case 4:
          blockId = wire.readMessage(reader, tag, tendermint_types.BlockID);
          break;
        case 5:
          votes = wire.readMessage(reader, tag, tendermint_libs_bits.BitArray);
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {height, round, type, blockId: blockId ?? {hash: wire.EMPTY_BYTES, partSetHeader: {total: 0, hash: wire.EMPTY_BYTES}}, votes: votes ?? {bits: 0n, elems: []}};
  },
};

export interface Message {
  readonly sum?: {readonly case: 'newRoundStep'; readonly value: NewRoundStep} | {readonly case: 'newValidBlock'; readonly value: NewValidBlock} | {readonly case: 'proposal'; readonly value: Proposal} | {readonly case: 'proposalPol'; readonly value: ProposalPOL} | {readonly case: 'blockPart'; readonly value: BlockPart} | {readonly case: 'vote'; readonly value: Vote} | {readonly case: 'hasVote'; readonly value: HasVote} | {readonly case: 'voteSetMaj23'; readonly value: VoteSetMaj23} | {readonly case: 'voteSetBits'; readonly value: VoteSetBits} | undefined;
}

export const Message: wire.Codec<Message> = {
  typeName: 'tendermint.consensus.Message',
  encodeTo(message, writer) {
    if (message.sum?.case === 'newRoundStep') wire.writeMessage(writer, 10, NewRoundStep, message.sum.value);
    if (message.sum?.case === 'newValidBlock') wire.writeMessage(writer, 18, NewValidBlock, message.sum.value);
    if (message.sum?.case === 'proposal') wire.writeMessage(writer, 26, Proposal, message.sum.value);
    if (message.sum?.case === 'proposalPol') wire.writeMessage(writer, 34, ProposalPOL, message.sum.value);
    if (message.sum?.case === 'blockPart') wire.writeMessage(writer, 42, BlockPart, message.sum.value);
    if (message.sum?.case === 'vote') wire.writeMessage(writer, 50, Vote, message.sum.value);
    if (message.sum?.case === 'hasVote') wire.writeMessage(writer, 58, HasVote, message.sum.value);
    if (message.sum?.case === 'voteSetMaj23') wire.writeMessage(writer, 66, VoteSetMaj23, message.sum.value);
    if (message.sum?.case === 'voteSetBits') wire.writeMessage(writer, 74, VoteSetBits, message.sum.value);
  },
  decodeFrom(reader) {
    let sum: {readonly case: 'newRoundStep'; readonly value: NewRoundStep} | {readonly case: 'newValidBlock'; readonly value: NewValidBlock} | {readonly case: 'proposal'; readonly value: Proposal} | {readonly case: 'proposalPol'; readonly value: ProposalPOL} | {readonly case: 'blockPart'; readonly value: BlockPart} | {readonly case: 'vote'; readonly value: Vote} | {readonly case: 'hasVote'; readonly value: HasVote} | {readonly case: 'voteSetMaj23'; readonly value: VoteSetMaj23} | {readonly case: 'voteSetBits'; readonly value: VoteSetBits} | undefined = undefined;
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 1:
          sum = {case: 'newRoundStep', value: wire.readMessage(reader, tag, NewRoundStep)};
          break;
        case 2:
          sum = {case: 'newValidBlock', value: wire.readMessage(reader, tag, NewValidBlock)};
          break;
        case 3:
          sum = {case: 'proposal', value: wire.readMessage(reader, tag, Proposal)};
          break;
        case 4:
          sum = {case: 'proposalPol', value: wire.readMessage(reader, tag, ProposalPOL)};
          break;
        case 5:
          sum = {case: 'blockPart', value: wire.readMessage(reader, tag, BlockPart)};
          break;
        case 6:
          sum = {case: 'vote', value: wire.readMessage(reader, tag, Vote)};
          break;
        case 7:
          sum = {case: 'hasVote', value: wire.readMessage(reader, tag, HasVote)};
          break;
        case 8:
          sum = {case: 'voteSetMaj23', value: wire.readMessage(reader, tag, VoteSetMaj23)};
          break;
        case 9:
          sum = {case: 'voteSetBits', value: wire.readMessage(reader, tag, VoteSetBits)};
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {sum};
  },
};

export interface MsgInfo {
  readonly msg: Message;
  readonly peerId: string;
}

export const MsgInfo: wire.Codec<MsgInfo> = {
  typeName: 'tendermint.consensus.MsgInfo',
  encodeTo(message, writer) {
    wire.writeMessage(writer, 10, Message, message.msg);
    wire.writeString(writer, 18, message.peerId);
  },
  decodeFrom(reader) {
    let msg: Message | undefined = undefined;
    let peerId: string = '';
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 1:
          msg = wire.readMessage(reader, tag, Message);
          break;
        case 2:
          peerId = wire.readString(reader, tag);
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {msg: msg ?? {}, peerId};
  },
};

export interface TimeoutInfo {
  readonly duration: google_protobuf.Duration;
  readonly height: bigint;
  readonly round: number;
  readonly step: number;
}

export const TimeoutInfo: wire.Codec<TimeoutInfo> = {
  typeName: 'tendermint.consensus.TimeoutInfo',
  encodeTo(message, writer) {
    wire.writeMessage(writer, 10, google_protobuf.Duration, message.duration);
    wire.writeInt64(writer, 16, message.height);
    wire.writeInt32(writer, 24, message.round);
    wire.writeUint32(writer, 32, message.step);
  },
  decodeFrom(reader) {
    let duration: google_protobuf.Duration | undefined = undefined;
    let height: bigint = 0n;
    let round: number = 0;
    let step: number = 0;
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 1:
          duration = wire.readMessage(reader, tag, google_protobuf.Duration);
          break;
        case 2:
          height = wire.readInt64(reader, tag);
          break;
        case 3:
          round = wire.readInt32(reader, tag);
          break;
        case 4:
          step = wire.readUint32(reader, tag);
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {duration: duration ?? {seconds: 0n, nanos: 0}, height, round, step};
  },
};

export interface EndHeight {
  readonly height: bigint;
}

export const EndHeight: wire.Codec<EndHeight> = {
  typeName: 'tendermint.consensus.EndHeight',
  encodeTo(message, writer) {
    wire.writeInt64(writer, 8, message.height);
  },
  decodeFrom(reader) {
    let height: bigint = 0n;
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 1:
          height = wire.readInt64(reader, tag);
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {height};
  },
};

export interface WALMessage {
  readonly sum?: {readonly case: 'msgInfo'; readonly value: MsgInfo} | {readonly case: 'timeoutInfo'; readonly value: TimeoutInfo} | {readonly case: 'endHeight'; readonly value: EndHeight} | undefined;
}

export const WALMessage: wire.Codec<WALMessage> = {
  typeName: 'tendermint.consensus.WALMessage',
  encodeTo(message, writer) {
    if (message.sum?.case === 'msgInfo') wire.writeMessage(writer, 18, MsgInfo, message.sum.value);
    if (message.sum?.case === 'timeoutInfo') wire.writeMessage(writer, 26, TimeoutInfo, message.sum.value);
    if (message.sum?.case === 'endHeight') wire.writeMessage(writer, 34, EndHeight, message.sum.value);
  },
  decodeFrom(reader) {
    let sum: {readonly case: 'msgInfo'; readonly value: MsgInfo} | {readonly case: 'timeoutInfo'; readonly value: TimeoutInfo} | {readonly case: 'endHeight'; readonly value: EndHeight} | undefined = undefined;
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 2:
          sum = {case: 'msgInfo', value: wire.readMessage(reader, tag, MsgInfo)};
          break;
        case 3:
          sum = {case: 'timeoutInfo', value: wire.readMessage(reader, tag, TimeoutInfo)};
          break;
        case 4:
          sum = {case: 'endHeight', value: wire.readMessage(reader, tag, EndHeight)};
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {sum};
  },
};

export interface TimedWALMessage {
  readonly time: google_protobuf.Timestamp;
  readonly msg?: WALMessage | undefined;
}

export const TimedWALMessage: wire.Codec<TimedWALMessage> = {
  typeName: 'tendermint.consensus.TimedWALMessage',
  encodeTo(message, writer) {
    wire.writeMessage(writer, 10, google_protobuf.Timestamp, message.time);
    if (message.msg !== undefined) wire.writeMessage(writer, 18, WALMessage, message.msg);
  },
  decodeFrom(reader) {
    let time: google_protobuf.Timestamp | undefined = undefined;
    let msg: WALMessage | undefined = undefined;
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 1:
          time = wire.readMessage(reader, tag, google_protobuf.Timestamp);
          break;
        case 2:
          msg = wire.readMessage(reader, tag, WALMessage);
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {time: time ?? {seconds: -62135596800n, nanos: 0}, msg};
  },
};
