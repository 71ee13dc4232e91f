// Written by scripts/generate/proto.ts from the .proto files of package tendermint.types. Do not edit.
import * as wire from '../wire.ts';
import * as google_protobuf from './google_protobuf.ts';
import * as tendermint_crypto from './tendermint_crypto.ts';
import * as tendermint_version from './tendermint_version.ts';

export interface PartSetHeader {
  readonly total: number;
  readonly hash: Uint8Array;
}

export const PartSetHeader: wire.Codec<PartSetHeader> = {
  typeName: 'tendermint.types.PartSetHeader',
  encodeTo(message, writer) {
    wire.writeUint32(writer, 8, message.total);
    wire.writeBytes(writer, 18, message.hash);
  },
  decodeFrom(reader) {
    let total: number = 0;
    let hash: Uint8Array = wire.EMPTY_BYTES;
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 1:
          total = wire.readUint32(reader, tag);
          break;
        case 2:
          hash = wire.readBytes(reader, tag);
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {total, hash};
  },
};

export interface BlockID {
  readonly hash: Uint8Array;
  readonly partSetHeader: PartSetHeader;
}

export const BlockID: wire.Codec<BlockID> = {
  typeName: 'tendermint.types.BlockID',
  encodeTo(message, writer) {
    wire.writeBytes(writer, 10, message.hash);
    wire.writeMessage(writer, 18, PartSetHeader, message.partSetHeader);
  },
  decodeFrom(reader) {
    let hash: Uint8Array = wire.EMPTY_BYTES;
    let partSetHeader: PartSetHeader | undefined = undefined;
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 1:
          hash = wire.readBytes(reader, tag);
          break;
        case 2:
          partSetHeader = wire.readMessage(reader, tag, PartSetHeader);
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {hash, partSetHeader: partSetHeader ?? {total: 0, hash: wire.EMPTY_BYTES}};
  },
};

export interface Proposal {
  readonly type: number;
  readonly height: bigint;
  readonly round: number;
  readonly polRound: number;
  readonly blockId: BlockID;
  readonly timestamp: google_protobuf.Timestamp;
  readonly signature: Uint8Array;
}

export const Proposal: wire.Codec<Proposal> = {
  typeName: 'tendermint.types.Proposal',
  encodeTo(message, writer) {
    wire.writeInt32(writer, 8, message.type);
    wire.writeInt64(writer, 16, message.height);
    wire.writeInt32(writer, 24, message.round);
    wire.writeInt32(writer, 32, message.polRound);
    wire.writeMessage(writer, 42, BlockID, message.blockId);
    wire.writeMessage(writer, 50, google_protobuf.Timestamp, message.timestamp);
    wire.writeBytes(writer, 58, message.signature);
  },
  decodeFrom(reader) {
    let type: number = 0;
    let height: bigint = 0n;
    let round: number = 0;
    let polRound: number = 0;
    let blockId: BlockID | undefined = undefined;
    let timestamp: google_protobuf.Timestamp | undefined = undefined;
    let signature: Uint8Array = wire.EMPTY_BYTES;
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 1:
          type = wire.readInt32(reader, tag);
          break;
        case 2:
          height = wire.readInt64(reader, tag);
          break;
        case 3:
          round = wire.readInt32(reader, tag);
          break;
        case 4:
          polRound = wire.readInt32(reader, tag);
          break;
        case 5:
          blockId = wire.readMessage(reader, tag, BlockID);
          break;
        case 6:
          timestamp = wire.readMessage(reader, tag, google_protobuf.Timestamp);
          break;
        case 7:
          signature = wire.readBytes(reader, tag);
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {type, height, round, polRound, blockId: blockId ?? {hash: wire.EMPTY_BYTES, partSetHeader: {total: 0, hash: wire.EMPTY_BYTES}}, timestamp: timestamp ?? {seconds: -62135596800n, nanos: 0}, signature};
  },
};

export interface Part {
  readonly index: number;
  readonly bytes: Uint8Array;
  readonly proof: tendermint_crypto.Proof;
}

export const Part: wire.Codec<Part> = {
  typeName: 'tendermint.types.Part',
  encodeTo(message, writer) {
    wire.writeUint32(writer, 8, message.index);
    wire.writeBytes(writer, 18, message.bytes);
    wire.writeMessage(writer, 26, tendermint_crypto.Proof, message.proof);
  },
  decodeFrom(reader) {
    let index: number = 0;
    let bytes: Uint8Array = wire.EMPTY_BYTES;
    let proof: tendermint_crypto.Proof | undefined = undefined;
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 1:
          index = wire.readUint32(reader, tag);
          break;
        case 2:
          bytes = wire.readBytes(reader, tag);
          break;
        case 3:
          proof = wire.readMessage(reader, tag, tendermint_crypto.Proof);
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {index, bytes, proof: proof ?? {total: 0n, index: 0n, leafHash: wire.EMPTY_BYTES, aunts: []}};
  },
};

export interface Vote {
  readonly type: number;
  readonly height: bigint;
  readonly round: number;
  readonly blockId: BlockID;
  readonly timestamp: google_protobuf.Timestamp;
  readonly validatorAddress: Uint8Array;
  readonly validatorIndex: number;
  readonly signature: Uint8Array;
}

export const Vote: wire.Codec<Vote> = {
  typeName: 'tendermint.types.Vote',
  encodeTo(message, writer) {
    wire.writeInt32(writer, 8, message.type);
    wire.writeInt64(writer, 16, message.height);
    wire.writeInt32(writer, 24, message.round);
    wire.writeMessage(writer, 34, BlockID, message.blockId);
    wire.writeMessage(writer, 42, google_protobuf.Timestamp, message.timestamp);
    wire.writeBytes(writer, 50, message.validatorAddress);
    wire.writeInt32(writer, 56, message.validatorIndex);
    wire.writeBytes(writer, 66, message.signature);
  },
  decodeFrom(reader) {
    let type: number = 0;
    let height: bigint = 0n;
    let round: number = 0;
    let blockId: BlockID | undefined = undefined;
    let timestamp: google_protobuf.Timestamp | undefined = undefined;
    let validatorAddress: Uint8Array = wire.EMPTY_BYTES;
    let validatorIndex: number = 0;
    let signature: Uint8Array = wire.EMPTY_BYTES;
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 1:
          type = wire.readInt32(reader, tag);
          break;
        case 2:
          height = wire.readInt64(reader, tag);
          break;
        case 3:
          round = wire.readInt32(reader, tag);
          break;
        case 4:
          blockId = wire.readMessage(reader, tag, BlockID);
          break;
        case 5:
          timestamp = wire.readMessage(reader, tag, google_protobuf.Timestamp);
          break;
        case 6:
          validatorAddress = wire.readBytes(reader, tag);
          break;
        case 7:
          validatorIndex = wire.readInt32(reader, tag);
          break;
        case 8:
          signature = wire.readBytes(reader, tag);
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {type, height, round, blockId: blockId ?? {hash: wire.EMPTY_BYTES, partSetHeader: {total: 0, hash: wire.EMPTY_BYTES}}, timestamp: timestamp ?? {seconds: -62135596800n, nanos: 0}, validatorAddress, validatorIndex, signature};
  },
};

export interface Header {
  readonly version: tendermint_version.Consensus;
  readonly chainId: string;
  readonly height: bigint;
  readonly time: google_protobuf.Timestamp;
  readonly lastBlockId: BlockID;
  readonly lastCommitHash: Uint8Array;
  readonly dataHash: Uint8Array;
  readonly validatorsHash: Uint8Array;
  readonly nextValidatorsHash: Uint8Array;
  readonly consensusHash: Uint8Array;
  readonly appHash: Uint8Array;
  readonly lastResultsHash: Uint8Array;
  readonly evidenceHash: Uint8Array;
  readonly proposerAddress: Uint8Array;
}

export const Header: wire.Codec<Header> = {
  typeName: 'tendermint.types.Header',
  encodeTo(message, writer) {
    wire.writeMessage(writer, 10, tendermint_version.Consensus, message.version);
    wire.writeString(writer, 18, message.chainId);
    wire.writeInt64(writer, 24, message.height);
    wire.writeMessage(writer, 34, google_protobuf.Timestamp, message.time);
    wire.writeMessage(writer, 42, BlockID, message.lastBlockId);
    wire.writeBytes(writer, 50, message.lastCommitHash);
    wire.writeBytes(writer, 58, message.dataHash);
    wire.writeBytes(writer, 66, message.validatorsHash);
    wire.writeBytes(writer, 74, message.nextValidatorsHash);
    wire.writeBytes(writer, 82, message.consensusHash);
    wire.writeBytes(writer, 90, message.appHash);
    wire.writeBytes(writer, 98, message.lastResultsHash);
    wire.writeBytes(writer, 106, message.evidenceHash);
    wire.writeBytes(writer, 114, message.proposerAddress);
  },
  decodeFrom(reader) {
    let version: tendermint_version.Consensus | undefined = undefined;
    let chainId: string = '';
    let height: bigint = 0n;
    let time: google_protobuf.Timestamp | undefined = undefined;
    let lastBlockId: BlockID | undefined = undefined;
    let lastCommitHash: Uint8Array = wire.EMPTY_BYTES;
    let dataHash: Uint8Array = wire.EMPTY_BYTES;
    let validatorsHash: Uint8Array = wire.EMPTY_BYTES;
    let nextValidatorsHash: Uint8Array = wire.EMPTY_BYTES;
    let consensusHash: Uint8Array = wire.EMPTY_BYTES;
    let appHash: Uint8Array = wire.EMPTY_BYTES;
    let lastResultsHash: Uint8Array = wire.EMPTY_BYTES;
    let evidenceHash: Uint8Array = wire.EMPTY_BYTES;
    let proposerAddress: Uint8Array = wire.EMPTY_BYTES;
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 1:
          version = wire.readMessage(reader, tag, tendermint_version.Consensus);
          break;
        case 2:
          chainId = wire.readString(reader, tag);
          break;
        case 3:
          height = wire.readInt64(reader, tag);
          break;
        case 4:
          time = wire.readMessage(reader, tag, google_protobuf.Timestamp);
          break;
        case 5:
          lastBlockId = wire.readMessage(reader, tag, BlockID);
          break;
        case 6:
          lastCommitHash = wire.readBytes(reader, tag);
          break;
        case 7:
          dataHash = wire.readBytes(reader, tag);
          break;
        case 8:
          validatorsHash = wire.readBytes(reader, tag);
          break;
        case 9:
          nextValidatorsHash = wire.readBytes(reader, tag);
          break;
        case 10:
          consensusHash = wire.readBytes(reader, tag);
          break;
        case 11:
          appHash = wire.readBytes(reader, tag);
          break;
        case 12:
          lastResultsHash = wire.readBytes(reader, tag);
          break;
        case 13:
          evidenceHash = wire.readBytes(reader, tag);
          break;
        case 14:
          proposerAddress = wire.readBytes(reader, tag);
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {version: version ?? {block: 0n, app: 0n}, chainId, height, time: time ?? {seconds: -62135596800n, nanos: 0}, lastBlockId: lastBlockId ?? {hash: wire.EMPTY_BYTES, partSetHeader: {total: 0, hash: wire.EMPTY_BYTES}}, lastCommitHash, dataHash, validatorsHash, nextValidatorsHash, consensusHash, appHash, lastResultsHash, evidenceHash, proposerAddress};
  },
};

export interface Data {
  readonly txs: readonly Uint8Array[];
}

export const Data: wire.Codec<Data> = {
  typeName: 'tendermint.types.Data',
  encodeTo(message, writer) {
    for (const item of message.txs) writer.uint32(10).bytes(item);
  },
  decodeFrom(reader) {
    const txs: Uint8Array[] = [];
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 1:
          wire.pushBounded(txs, wire.readBytes(reader, tag), 1000000);
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {txs};
  },
};

export interface CommitSig {
  readonly blockIdFlag: number;
  readonly validatorAddress: Uint8Array;
  readonly timestamp: google_protobuf.Timestamp;
  readonly signature: Uint8Array;
}

export const CommitSig: wire.Codec<CommitSig> = {
  typeName: 'tendermint.types.CommitSig',
  encodeTo(message, writer) {
    wire.writeInt32(writer, 8, message.blockIdFlag);
    wire.writeBytes(writer, 18, message.validatorAddress);
    wire.writeMessage(writer, 26, google_protobuf.Timestamp, message.timestamp);
    wire.writeBytes(writer, 34, message.signature);
  },
  decodeFrom(reader) {
    let blockIdFlag: number = 0;
    let validatorAddress: Uint8Array = wire.EMPTY_BYTES;
    let timestamp: google_protobuf.Timestamp | undefined = undefined;
    let signature: Uint8Array = wire.EMPTY_BYTES;
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 1:
          blockIdFlag = wire.readInt32(reader, tag);
          break;
        case 2:
          validatorAddress = wire.readBytes(reader, tag);
          break;
        case 3:
          timestamp = wire.readMessage(reader, tag, google_protobuf.Timestamp);
          break;
        case 4:
          signature = wire.readBytes(reader, tag);
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {blockIdFlag, validatorAddress, timestamp: timestamp ?? {seconds: -62135596800n, nanos: 0}, signature};
  },
};

export interface Commit {
  readonly height: bigint;
  readonly round: number;
  readonly blockId: BlockID;
  readonly signatures: readonly CommitSig[];
}

export const Commit: wire.Codec<Commit> = {
  typeName: 'tendermint.types.Commit',
  encodeTo(message, writer) {
    wire.writeInt64(writer, 8, message.height);
    wire.writeInt32(writer, 16, message.round);
    wire.writeMessage(writer, 26, BlockID, message.blockId);
    for (const item of message.signatures) wire.writeMessage(writer, 34, CommitSig, item);
  },
  decodeFrom(reader) {
    let height: bigint = 0n;
    let round: number = 0;
    let blockId: BlockID | undefined = undefined;
    const signatures: CommitSig[] = [];
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
          blockId = wire.readMessage(reader, tag, BlockID);
          break;
        case 4:
          wire.pushBounded(signatures, wire.readMessage(reader, tag, CommitSig), 10000);
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {height, round, blockId: blockId ?? {hash: wire.EMPTY_BYTES, partSetHeader: {total: 0, hash: wire.EMPTY_BYTES}}, signatures};
  },
};

export interface SignedHeader {
  readonly header?: Header | undefined;
  readonly commit?: Commit | undefined;
}

export const SignedHeader: wire.Codec<SignedHeader> = {
  typeName: 'tendermint.types.SignedHeader',
  encodeTo(message, writer) {
    if (message.header !== undefined) wire.writeMessage(writer, 10, Header, message.header);
    if (message.commit !== undefined) wire.writeMessage(writer, 18, Commit, message.commit);
  },
  decodeFrom(reader) {
    let header: Header | undefined = undefined;
    let commit: Commit | undefined = undefined;
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 1:
          header = wire.readMessage(reader, tag, Header);
          break;
        case 2:
          commit = wire.readMessage(reader, tag, Commit);
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {header, commit};
  },
};

export interface Validator {
  readonly address: Uint8Array;
  readonly pubKey: tendermint_crypto.PublicKey;
  readonly votingPower: bigint;
  readonly proposerPriority: bigint;
}

export const Validator: wire.Codec<Validator> = {
  typeName: 'tendermint.types.Validator',
  encodeTo(message, writer) {
    wire.writeBytes(writer, 10, message.address);
    wire.writeMessage(writer, 18, tendermint_crypto.PublicKey, message.pubKey);
    wire.writeInt64(writer, 24, message.votingPower);
    wire.writeInt64(writer, 32, message.proposerPriority);
  },
  decodeFrom(reader) {
    let address: Uint8Array = wire.EMPTY_BYTES;
    let pubKey: tendermint_crypto.PublicKey | undefined = undefined;
    let votingPower: bigint = 0n;
    let proposerPriority: bigint = 0n;
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 1:
          address = wire.readBytes(reader, tag);
          break;
        case 2:
          pubKey = wire.readMessage(reader, tag, tendermint_crypto.PublicKey);
          break;
        case 3:
          votingPower = wire.readInt64(reader, tag);
          break;
        case 4:
          proposerPriority = wire.readInt64(reader, tag);
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {address, pubKey: pubKey ?? {}, votingPower, proposerPriority};
  },
};

export interface ValidatorSet {
  readonly validators: readonly Validator[];
  readonly proposer?: Validator | undefined;
  readonly totalVotingPower: bigint;
}

export const ValidatorSet: wire.Codec<ValidatorSet> = {
  typeName: 'tendermint.types.ValidatorSet',
  encodeTo(message, writer) {
    for (const item of message.validators) wire.writeMessage(writer, 10, Validator, item);
    if (message.proposer !== undefined) wire.writeMessage(writer, 18, Validator, message.proposer);
    wire.writeInt64(writer, 24, message.totalVotingPower);
  },
  decodeFrom(reader) {
    const validators: Validator[] = [];
    let proposer: Validator | undefined = undefined;
    let totalVotingPower: bigint = 0n;
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 1:
          wire.pushBounded(validators, wire.readMessage(reader, tag, Validator), 10000);
          break;
        case 2:
          proposer = wire.readMessage(reader, tag, Validator);
          break;
        case 3:
          totalVotingPower = wire.readInt64(reader, tag);
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {validators, proposer, totalVotingPower};
  },
};

export interface LightBlock {
  readonly signedHeader?: SignedHeader | undefined;
  readonly validatorSet?: ValidatorSet | undefined;
}

export const LightBlock: wire.Codec<LightBlock> = {
  typeName: 'tendermint.types.LightBlock',
  encodeTo(message, writer) {
    if (message.signedHeader !== undefined) wire.writeMessage(writer, 10, SignedHeader, message.signedHeader);
    if (message.validatorSet !== undefined) wire.writeMessage(writer, 18, ValidatorSet, message.validatorSet);
  },
  decodeFrom(reader) {
    let signedHeader: SignedHeader | undefined = undefined;
    let validatorSet: ValidatorSet | undefined = undefined;
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 1:
          signedHeader = wire.readMessage(reader, tag, SignedHeader);
          break;
        case 2:
          validatorSet = wire.readMessage(reader, tag, ValidatorSet);
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {signedHeader, validatorSet};
  },
};

export interface BlockMeta {
  readonly blockId: BlockID;
  readonly blockSize: bigint;
  readonly header: Header;
  readonly numTxs: bigint;
}

export const BlockMeta: wire.Codec<BlockMeta> = {
  typeName: 'tendermint.types.BlockMeta',
  encodeTo(message, writer) {
    wire.writeMessage(writer, 10, BlockID, message.blockId);
    wire.writeInt64(writer, 16, message.blockSize);
    wire.writeMessage(writer, 26, Header, message.header);
    wire.writeInt64(writer, 32, message.numTxs);
  },
  decodeFrom(reader) {
    let blockId: BlockID | undefined = undefined;
    let blockSize: bigint = 0n;
    let header: Header | undefined = undefined;
    let numTxs: bigint = 0n;
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 1:
          blockId = wire.readMessage(reader, tag, BlockID);
          break;
        case 2:
          blockSize = wire.readInt64(reader, tag);
          break;
        case 3:
          header = wire.readMessage(reader, tag, Header);
          break;
        case 4:
          numTxs = wire.readInt64(reader, tag);
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {blockId: blockId ?? {hash: wire.EMPTY_BYTES, partSetHeader: {total: 0, hash: wire.EMPTY_BYTES}}, blockSize, header: header ?? {version: {block: 0n, app: 0n}, chainId: '', height: 0n, time: {seconds: -62135596800n, nanos: 0}, lastBlockId: {hash: wire.EMPTY_BYTES, partSetHeader: {total: 0, hash: wire.EMPTY_BYTES}}, lastCommitHash: wire.EMPTY_BYTES, dataHash: wire.EMPTY_BYTES, validatorsHash: wire.EMPTY_BYTES, nextValidatorsHash: wire.EMPTY_BYTES, consensusHash: wire.EMPTY_BYTES, appHash: wire.EMPTY_BYTES, lastResultsHash: wire.EMPTY_BYTES, evidenceHash: wire.EMPTY_BYTES, proposerAddress: wire.EMPTY_BYTES}, numTxs};
  },
};

export interface SimpleValidator {
  readonly pubKey?: tendermint_crypto.PublicKey | undefined;
  readonly votingPower: bigint;
}

export const SimpleValidator: wire.Codec<SimpleValidator> = {
  typeName: 'tendermint.types.SimpleValidator',
  encodeTo(message, writer) {
    if (message.pubKey !== undefined) wire.writeMessage(writer, 10, tendermint_crypto.PublicKey, message.pubKey);
    wire.writeInt64(writer, 16, message.votingPower);
  },
  decodeFrom(reader) {
    let pubKey: tendermint_crypto.PublicKey | undefined = undefined;
    let votingPower: bigint = 0n;
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 1:
          pubKey = wire.readMessage(reader, tag, tendermint_crypto.PublicKey);
          break;
        case 2:
          votingPower = wire.readInt64(reader, tag);
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {pubKey, votingPower};
  },
};

export interface DuplicateVoteEvidence {
  readonly voteA?: Vote | undefined;
  readonly voteB?: Vote | undefined;
  readonly totalVotingPower: bigint;
  readonly validatorPower: bigint;
  readonly timestamp: google_protobuf.Timestamp;
}

export const DuplicateVoteEvidence: wire.Codec<DuplicateVoteEvidence> = {
  typeName: 'tendermint.types.DuplicateVoteEvidence',
  encodeTo(message, writer) {
    if (message.voteA !== undefined) wire.writeMessage(writer, 10, Vote, message.voteA);
    if (message.voteB !== undefined) wire.writeMessage(writer, 18, Vote, message.voteB);
    wire.writeInt64(writer, 24, message.totalVotingPower);
    wire.writeInt64(writer, 32, message.validatorPower);
    wire.writeMessage(writer, 42, google_protobuf.Timestamp, message.timestamp);
  },
  decodeFrom(reader) {
    let voteA: Vote | undefined = undefined;
    let voteB: Vote | undefined = undefined;
    let totalVotingPower: bigint = 0n;
    let validatorPower: bigint = 0n;
    let timestamp: google_protobuf.Timestamp | undefined = undefined;
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 1:
          voteA = wire.readMessage(reader, tag, Vote);
          break;
        case 2:
          voteB = wire.readMessage(reader, tag, Vote);
          break;
        case 3:
          totalVotingPower = wire.readInt64(reader, tag);
          break;
        case 4:
          validatorPower = wire.readInt64(reader, tag);
          break;
        case 5:
          timestamp = wire.readMessage(reader, tag, google_protobuf.Timestamp);
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {voteA, voteB, totalVotingPower, validatorPower, timestamp: timestamp ?? {seconds: -62135596800n, nanos: 0}};
  },
};

export interface LightClientAttackEvidence {
  readonly conflictingBlock?: LightBlock | undefined;
  readonly commonHeight: bigint;
  readonly byzantineValidators: readonly Validator[];
  readonly totalVotingPower: bigint;
  readonly timestamp: google_protobuf.Timestamp;
}

export const LightClientAttackEvidence: wire.Codec<LightClientAttackEvidence> = {
  typeName: 'tendermint.types.LightClientAttackEvidence',
  encodeTo(message, writer) {
    if (message.conflictingBlock !== undefined) wire.writeMessage(writer, 10, LightBlock, message.conflictingBlock);
    wire.writeInt64(writer, 16, message.commonHeight);
    for (const item of message.byzantineValidators) wire.writeMessage(writer, 26, Validator, item);
    wire.writeInt64(writer, 32, message.totalVotingPower);
    wire.writeMessage(writer, 42, google_protobuf.Timestamp, message.timestamp);
  },
  decodeFrom(reader) {
    let conflictingBlock: LightBlock | undefined = undefined;
    let commonHeight: bigint = 0n;
    const byzantineValidators: Validator[] = [];
    let totalVotingPower: bigint = 0n;
    let timestamp: google_protobuf.Timestamp | undefined = undefined;
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 1:
          conflictingBlock = wire.readMessage(reader, tag, LightBlock);
          break;
        case 2:
          commonHeight = wire.readInt64(reader, tag);
          break;
        case 3:
          wire.pushBounded(byzantineValidators, wire.readMessage(reader, tag, Validator), 10000);
          break;
        case 4:
          totalVotingPower = wire.readInt64(reader, tag);
          break;
        case 5:
          timestamp = wire.readMessage(reader, tag, google_protobuf.Timestamp);
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {conflictingBlock, commonHeight, byzantineValidators, totalVotingPower, timestamp: timestamp ?? {seconds: -62135596800n, nanos: 0}};
  },
};

export interface Evidence {
  readonly sum?: {readonly case: 'duplicateVoteEvidence'; readonly value: DuplicateVoteEvidence} | {readonly case: 'lightClientAttackEvidence'; readonly value: LightClientAttackEvidence} | undefined;
}

export const Evidence: wire.Codec<Evidence> = {
  typeName: 'tendermint.types.Evidence',
  encodeTo(message, writer) {
    if (message.sum?.case === 'duplicateVoteEvidence') wire.writeMessage(writer, 10, DuplicateVoteEvidence, message.sum.value);
    if (message.sum?.case === 'lightClientAttackEvidence') wire.writeMessage(writer, 18, LightClientAttackEvidence, message.sum.value);
  },
  decodeFrom(reader) {
    let sum: {readonly case: 'duplicateVoteEvidence'; readonly value: DuplicateVoteEvidence} | {readonly case: 'lightClientAttackEvidence'; readonly value: LightClientAttackEvidence} | undefined = undefined;
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 1:
          sum = {case: 'duplicateVoteEvidence', value: wire.readMessage(reader, tag, DuplicateVoteEvidence)};
          break;
        case 2:
          sum = {case: 'lightClientAttackEvidence', value: wire.readMessage(reader, tag, LightClientAttackEvidence)};
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {sum};
  },
};

export interface EvidenceList {
  readonly evidence: readonly Evidence[];
}

export const EvidenceList: wire.Codec<EvidenceList> = {
  typeName: 'tendermint.types.EvidenceList',
  encodeTo(message, writer) {
    for (const item of message.evidence) wire.writeMessage(writer, 10, Evidence, item);
  },
  decodeFrom(reader) {
    const evidence: Evidence[] = [];
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 1:
          wire.pushBounded(evidence, wire.readMessage(reader, tag, Evidence), 10000);
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {evidence};
  },
};

export interface Block {
  readonly header: Header;
  readonly data: Data;
  readonly evidence: EvidenceList;
  readonly lastCommit?: Commit | undefined;
}

export const Block: wire.Codec<Block> = {
  typeName: 'tendermint.types.Block',
  encodeTo(message, writer) {
    wire.writeMessage(writer, 10, Header, message.header);
    wire.writeMessage(writer, 18, Data, message.data);
    wire.writeMessage(writer, 26, EvidenceList, message.evidence);
    if (message.lastCommit !== undefined) wire.writeMessage(writer, 34, Commit, message.lastCommit);
  },
  decodeFrom(reader) {
    let header: Header | undefined = undefined;
    let data: Data | undefined = undefined;
    let evidence: EvidenceList | undefined = undefined;
    let lastCommit: Commit | undefined = undefined;
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 1:
          header = wire.readMessage(reader, tag, Header);
          break;
        case 2:
          data = wire.readMessage(reader, tag, Data);
          break;
        case 3:
          evidence = wire.readMessage(reader, tag, EvidenceList);
          break;
        case 4:
          lastCommit = wire.readMessage(reader, tag, Commit);
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {header: header ?? {version: {block: 0n, app: 0n}, chainId: '', height: 0n, time: {seconds: -62135596800n, nanos: 0}, lastBlockId: {hash: wire.EMPTY_BYTES, partSetHeader: {total: 0, hash: wire.EMPTY_BYTES}}, lastCommitHash: wire.EMPTY_BYTES, dataHash: wire.EMPTY_BYTES, validatorsHash: wire.EMPTY_BYTES, nextValidatorsHash: wire.EMPTY_BYTES, consensusHash: wire.EMPTY_BYTES, appHash: wire.EMPTY_BYTES, lastResultsHash: wire.EMPTY_BYTES, evidenceHash: wire.EMPTY_BYTES, proposerAddress: wire.EMPTY_BYTES}, data: data ?? {txs: []}, evidence: evidence ?? {evidence: []}, lastCommit};
  },
};

export interface CanonicalPartSetHeader {
  readonly total: number;
  readonly hash: Uint8Array;
}

export const CanonicalPartSetHeader: wire.Codec<CanonicalPartSetHeader> = {
  typeName: 'tendermint.types.CanonicalPartSetHeader',
  encodeTo(message, writer) {
    wire.writeUint32(writer, 8, message.total);
    wire.writeBytes(writer, 18, message.hash);
  },
  decodeFrom(reader) {
    let total: number = 0;
    let hash: Uint8Array = wire.EMPTY_BYTES;
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 1:
          total = wire.readUint32(reader, tag);
          break;
        case 2:
          hash = wire.readBytes(reader, tag);
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {total, hash};
  },
};

export interface CanonicalBlockID {
  readonly hash: Uint8Array;
  readonly partSetHeader: CanonicalPartSetHeader;
}

export const CanonicalBlockID: wire.Codec<CanonicalBlockID> = {
  typeName: 'tendermint.types.CanonicalBlockID',
  encodeTo(message, writer) {
    wire.writeBytes(writer, 10, message.hash);
    wire.writeMessage(writer, 18, CanonicalPartSetHeader, message.partSetHeader);
  },
  decodeFrom(reader) {
    let hash: Uint8Array = wire.EMPTY_BYTES;
    let partSetHeader: CanonicalPartSetHeader | undefined = undefined;
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 1:
          hash = wire.readBytes(reader, tag);
          break;
        case 2:
          partSetHeader = wire.readMessage(reader, tag, CanonicalPartSetHeader);
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {hash, partSetHeader: partSetHeader ?? {total: 0, hash: wire.EMPTY_BYTES}};
  },
};

export interface CanonicalProposal {
  readonly type: number;
  readonly height: bigint;
  readonly round: bigint;
  readonly polRound: bigint;
  readonly blockId?: CanonicalBlockID | undefined;
  readonly timestamp: google_protobuf.Timestamp;
  readonly chainId: string;
}

export const CanonicalProposal: wire.Codec<CanonicalProposal> = {
  typeName: 'tendermint.types.CanonicalProposal',
  encodeTo(message, writer) {
    wire.writeInt32(writer, 8, message.type);
    wire.writeSfixed64(writer, 17, message.height);
    wire.writeSfixed64(writer, 25, message.round);
    wire.writeInt64(writer, 32, message.polRound);
    if (message.blockId !== undefined) wire.writeMessage(writer, 42, CanonicalBlockID, message.blockId);
    wire.writeMessage(writer, 50, google_protobuf.Timestamp, message.timestamp);
    wire.writeString(writer, 58, message.chainId);
  },
  decodeFrom(reader) {
    let type: number = 0;
    let height: bigint = 0n;
    let round: bigint = 0n;
    let polRound: bigint = 0n;
    let blockId: CanonicalBlockID | undefined = undefined;
    let timestamp: google_protobuf.Timestamp | undefined = undefined;
    let chainId: string = '';
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 1:
          type = wire.readInt32(reader, tag);
          break;
        case 2:
          height = wire.readSfixed64(reader, tag);
          break;
        case 3:
          round = wire.readSfixed64(reader, tag);
          break;
        case 4:
          polRound = wire.readInt64(reader, tag);
          break;
        case 5:
          blockId = wire.readMessage(reader, tag, CanonicalBlockID);
          break;
        case 6:
          timestamp = wire.readMessage(reader, tag, google_protobuf.Timestamp);
          break;
        case 7:
          chainId = wire.readString(reader, tag);
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {type, height, round, polRound, blockId, timestamp: timestamp ?? {seconds: -62135596800n, nanos: 0}, chainId};
  },
};

export interface CanonicalVote {
  readonly type: number;
  readonly height: bigint;
  readonly round: bigint;
  readonly blockId?: CanonicalBlockID | undefined;
  readonly timestamp: google_protobuf.Timestamp;
  readonly chainId: string;
}

export const CanonicalVote: wire.Codec<CanonicalVote> = {
  typeName: 'tendermint.types.CanonicalVote',
  encodeTo(message, writer) {
    wire.writeInt32(writer, 8, message.type);
    wire.writeSfixed64(writer, 17, message.height);
    wire.writeSfixed64(writer, 25, message.round);
    if (message.blockId !== undefined) wire.writeMessage(writer, 34, CanonicalBlockID, message.blockId);
    wire.writeMessage(writer, 42, google_protobuf.Timestamp, message.timestamp);
    wire.writeString(writer, 50, message.chainId);
  },
  decodeFrom(reader) {
    let type: number = 0;
    let height: bigint = 0n;
    let round: bigint = 0n;
    let blockId: CanonicalBlockID | undefined = undefined;
    let timestamp: google_protobuf.Timestamp | undefined = undefined;
    let chainId: string = '';
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 1:
          type = wire.readInt32(reader, tag);
          break;
        case 2:
          height = wire.readSfixed64(reader, tag);
          break;
        case 3:
          round = wire.readSfixed64(reader, tag);
          break;
        case 4:
          blockId = wire.readMessage(reader, tag, CanonicalBlockID);
          break;
        case 5:
          timestamp = wire.readMessage(reader, tag, google_protobuf.Timestamp);
          break;
        case 6:
          chainId = wire.readString(reader, tag);
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {type, height, round, blockId, timestamp: timestamp ?? {seconds: -62135596800n, nanos: 0}, chainId};
  },
};

export interface BlockParams {
  readonly maxBytes: bigint;
  readonly maxGas: bigint;
}

export const BlockParams: wire.Codec<BlockParams> = {
  typeName: 'tendermint.types.BlockParams',
  encodeTo(message, writer) {
    wire.writeInt64(writer, 8, message.maxBytes);
    wire.writeInt64(writer, 16, message.maxGas);
  },
  decodeFrom(reader) {
    let maxBytes: bigint = 0n;
    let maxGas: bigint = 0n;
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 1:
          maxBytes = wire.readInt64(reader, tag);
          break;
        case 2:
          maxGas = wire.readInt64(reader, tag);
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {maxBytes, maxGas};
  },
};

export interface EvidenceParams {
  readonly maxAgeNumBlocks: bigint;
  readonly maxAgeDuration: google_protobuf.Duration;
  readonly maxBytes: bigint;
}

export const EvidenceParams: wire.Codec<EvidenceParams> = {
  typeName: 'tendermint.types.EvidenceParams',
  encodeTo(message, writer) {
    wire.writeInt64(writer, 8, message.maxAgeNumBlocks);
    wire.writeMessage(writer, 18, google_protobuf.Duration, message.maxAgeDuration);
    wire.writeInt64(writer, 24, message.maxBytes);
  },
  decodeFrom(reader) {
    let maxAgeNumBlocks: bigint = 0n;
    let maxAgeDuration: google_protobuf.Duration | undefined = undefined;
    let maxBytes: bigint = 0n;
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 1:
          maxAgeNumBlocks = wire.readInt64(reader, tag);
          break;
        case 2:
          maxAgeDuration = wire.readMessage(reader, tag, google_protobuf.Duration);
          break;
        case 3:
          maxBytes = wire.readInt64(reader, tag);
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {maxAgeNumBlocks, maxAgeDuration: maxAgeDuration ?? {seconds: 0n, nanos: 0}, maxBytes};
  },
};

export interface ValidatorParams {
  readonly pubKeyTypes: readonly string[];
}

export const ValidatorParams: wire.Codec<ValidatorParams> = {
  typeName: 'tendermint.types.ValidatorParams',
  encodeTo(message, writer) {
    for (const item of message.pubKeyTypes) writer.uint32(10).string(item);
  },
  decodeFrom(reader) {
    const pubKeyTypes: string[] = [];
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 1:
          wire.pushBounded(pubKeyTypes, wire.readString(reader, tag), 16);
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {pubKeyTypes};
  },
};

export interface VersionParams {
  readonly app: bigint;
}

export const VersionParams: wire.Codec<VersionParams> = {
  typeName: 'tendermint.types.VersionParams',
  encodeTo(message, writer) {
    wire.writeUint64(writer, 8, message.app);
  },
  decodeFrom(reader) {
    let app: bigint = 0n;
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 1:
          app = wire.readUint64(reader, tag);
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {app};
  },
};

export interface ABCIParams {
  readonly voteExtensionsEnableHeight: bigint;
}

export const ABCIParams: wire.Codec<ABCIParams> = {
  typeName: 'tendermint.types.ABCIParams',
  encodeTo(message, writer) {
    wire.writeInt64(writer, 8, message.voteExtensionsEnableHeight);
  },
  decodeFrom(reader) {
    let voteExtensionsEnableHeight: bigint = 0n;
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 1:
          voteExtensionsEnableHeight = wire.readInt64(reader, tag);
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {voteExtensionsEnableHeight};
  },
};

export interface ConsensusParams {
  readonly block?: BlockParams | undefined;
  readonly evidence?: EvidenceParams | undefined;
  readonly validator?: ValidatorParams | undefined;
  readonly version?: VersionParams | undefined;
  readonly abci?: ABCIParams | undefined;
}

export const ConsensusParams: wire.Codec<ConsensusParams> = {
  typeName: 'tendermint.types.ConsensusParams',
  encodeTo(message, writer) {
    if (message.block !== undefined) wire.writeMessage(writer, 10, BlockParams, message.block);
    if (message.evidence !== undefined) wire.writeMessage(writer, 18, EvidenceParams, message.evidence);
    if (message.validator !== undefined) wire.writeMessage(writer, 26, ValidatorParams, message.validator);
    if (message.version !== undefined) wire.writeMessage(writer, 34, VersionParams, message.version);
    if (message.abci !== undefined) wire.writeMessage(writer, 42, ABCIParams, message.abci);
  },
  decodeFrom(reader) {
    let block: BlockParams | undefined = undefined;
    let evidence: EvidenceParams | undefined = undefined;
    let validator: ValidatorParams | undefined = undefined;
    let version: VersionParams | undefined = undefined;
    let abci: ABCIParams | undefined = undefined;
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 1:
          block = wire.readMessage(reader, tag, BlockParams);
          break;
        case 2:
          evidence = wire.readMessage(reader, tag, EvidenceParams);
          break;
        case 3:
          validator = wire.readMessage(reader, tag, ValidatorParams);
          break;
        case 4:
          version = wire.readMessage(reader, tag, VersionParams);
          break;
        case 5:
          abci = wire.readMessage(reader, tag, ABCIParams);
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {block, evidence, validator, version, abci};
  },
};

export interface HashedParams {
  readonly blockMaxBytes: bigint;
  readonly blockMaxGas: bigint;
}

export const HashedParams: wire.Codec<HashedParams> = {
  typeName: 'tendermint.types.HashedParams',
  encodeTo(message, writer) {
    wire.writeInt64(writer, 8, message.blockMaxBytes);
    wire.writeInt64(writer, 16, message.blockMaxGas);
  },
  decodeFrom(reader) {
    let blockMaxBytes: bigint = 0n;
    let blockMaxGas: bigint = 0n;
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 1:
          blockMaxBytes = wire.readInt64(reader, tag);
          break;
        case 2:
          blockMaxGas = wire.readInt64(reader, tag);
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {blockMaxBytes, blockMaxGas};
  },
};
