// Written by scripts/generate/proto.ts from the .proto files of package tendermint.statesync. Do not edit.
import * as wire from '../wire.ts';
import * as tendermint_types from './tendermint_types.ts';

export interface SnapshotsRequest {
}

export const SnapshotsRequest: wire.Codec<SnapshotsRequest> = {
  typeName: 'tendermint.statesync.SnapshotsRequest',
  encodeTo() {},
  decodeFrom(reader) {
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        default:
          wire.skipField(reader, tag);
      }
    }
    return {};
  },
};

export interface SnapshotsResponse {
  readonly height: bigint;
  readonly format: number;
  readonly chunks: number;
  readonly hash: Uint8Array;
  readonly metadata: Uint8Array;
}

export const SnapshotsResponse: wire.Codec<SnapshotsResponse> = {
  typeName: 'tendermint.statesync.SnapshotsResponse',
  encodeTo(message, writer) {
    wire.writeUint64(writer, 8, message.height);
    wire.writeUint32(writer, 16, message.format);
    wire.writeUint32(writer, 24, message.chunks);
    wire.writeBytes(writer, 34, message.hash);
    wire.writeBytes(writer, 42, message.metadata);
  },
  decodeFrom(reader) {
    let height: bigint = 0n;
    let format: number = 0;
    let chunks: number = 0;
    let hash: Uint8Array = wire.EMPTY_BYTES;
    let metadata: Uint8Array = wire.EMPTY_BYTES;
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 1:
          height = wire.readUint64(reader, tag);
          break;
        case 2:
          format = wire.readUint32(reader, tag);
          break;
        case 3:
          chunks = wire.readUint32(reader, tag);
          break;
        case 4:
          hash = wire.readBytes(reader, tag);
          break;
        case 5:
          metadata = wire.readBytes(reader, tag);
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {height, format, chunks, hash, metadata};
  },
};

export interface ChunkRequest {
  readonly height: bigint;
  readonly format: number;
  readonly index: number;
}

export const ChunkRequest: wire.Codec<ChunkRequest> = {
  typeName: 'tendermint.statesync.ChunkRequest',
  encodeTo(message, writer) {
    wire.writeUint64(writer, 8, message.height);
    wire.writeUint32(writer, 16, message.format);
    wire.writeUint32(writer, 24, message.index);
  },
  decodeFrom(reader) {
    let height: bigint = 0n;
    let format: number = 0;
    let index: number = 0;
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 1:
          height = wire.readUint64(reader, tag);
          break;
        case 2:
          format = wire.readUint32(reader, tag);
          break;
        case 3:
          index = wire.readUint32(reader, tag);
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {height, format, index};
  },
};

export interface ChunkResponse {
  readonly height: bigint;
  readonly format: number;
  readonly index: number;
  readonly chunk: Uint8Array;
  readonly missing: boolean;
}

export const ChunkResponse: wire.Codec<ChunkResponse> = {
  typeName: 'tendermint.statesync.ChunkResponse',
  encodeTo(message, writer) {
    wire.writeUint64(writer, 8, message.height);
    wire.writeUint32(writer, 16, message.format);
    wire.writeUint32(writer, 24, message.index);
    wire.writeBytes(writer, 34, message.chunk);
    wire.writeBool(writer, 40, message.missing);
  },
  decodeFrom(reader) {
    let height: bigint = 0n;
    let format: number = 0;
    let index: number = 0;
    let chunk: Uint8Array = wire.EMPTY_BYTES;
    let missing: boolean = false;
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 1:
          height = wire.readUint64(reader, tag);
          break;
        case 2:
          format = wire.readUint32(reader, tag);
          break;
        case 3:
          index = wire.readUint32(reader, tag);
          break;
        case 4:
          chunk = wire.readBytes(reader, tag);
          break;
        case 5:
          missing = wire.readBool(reader, tag);
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {height, format, index, chunk, missing};
  },
};

export interface LightBlockRequest {
  readonly height: bigint;
}

export const LightBlockRequest: wire.Codec<LightBlockRequest> = {
  typeName: 'tendermint.statesync.LightBlockRequest',
  encodeTo(message, writer) {
    wire.writeUint64(writer, 8, message.height);
  },
  decodeFrom(reader) {
    let height: bigint = 0n;
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 1:
          height = wire.readUint64(reader, tag);
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {height};
  },
};

export interface LightBlockResponse {
  readonly lightBlock?: tendermint_types.LightBlock | undefined;
  readonly evidence?: tendermint_types.EvidenceList | undefined;
  readonly height: bigint;
}

export const LightBlockResponse: wire.Codec<LightBlockResponse> = {
  typeName: 'tendermint.statesync.LightBlockResponse',
  encodeTo(message, writer) {
    if (message.lightBlock !== undefined) wire.writeMessage(writer, 10, tendermint_types.LightBlock, message.lightBlock);
    if (message.evidence !== undefined) wire.writeMessage(writer, 18, tendermint_types.EvidenceList, message.evidence);
    wire.writeUint64(writer, 24, message.height);
  },
  decodeFrom(reader) {
    let lightBlock: tendermint_types.LightBlock | undefined = undefined;
    let evidence: tendermint_types.EvidenceList | undefined = undefined;
    let height: bigint = 0n;
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 1:
          lightBlock = wire.readMessage(reader, tag, tendermint_types.LightBlock);
          break;
        case 2:
          evidence = wire.readMessage(reader, tag, tendermint_types.EvidenceList);
          break;
        case 3:
          height = wire.readUint64(reader, tag);
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {lightBlock, evidence, height};
  },
};

export interface Message {
  readonly sum?: {readonly case: 'snapshotsRequest'; readonly value: SnapshotsRequest} | {readonly case: 'snapshotsResponse'; readonly value: SnapshotsResponse} | {readonly case: 'chunkRequest'; readonly value: ChunkRequest} | {readonly case: 'chunkResponse'; readonly value: ChunkResponse} | {readonly case: 'lightBlockRequest'; readonly value: LightBlockRequest} | {readonly case: 'lightBlockResponse'; readonly value: LightBlockResponse} | undefined;
}

export const Message: wire.Codec<Message> = {
  typeName: 'tendermint.statesync.Message',
  encodeTo(message, writer) {
    if (message.sum?.case === 'snapshotsRequest') wire.writeMessage(writer, 10, SnapshotsRequest, message.sum.value);
    if (message.sum?.case === 'snapshotsResponse') wire.writeMessage(writer, 18, SnapshotsResponse, message.sum.value);
    if (message.sum?.case === 'chunkRequest') wire.writeMessage(writer, 26, ChunkRequest, message.sum.value);
    if (message.sum?.case === 'chunkResponse') wire.writeMessage(writer, 34, ChunkResponse, message.sum.value);
    if (message.sum?.case === 'lightBlockRequest') wire.writeMessage(writer, 42, LightBlockRequest, message.sum.value);
    if (message.sum?.case === 'lightBlockResponse') wire.writeMessage(writer, 50, LightBlockResponse, message.sum.value);
  },
  decodeFrom(reader) {
    let sum: {readonly case: 'snapshotsRequest'; readonly value: SnapshotsRequest} | {readonly case: 'snapshotsResponse'; readonly value: SnapshotsResponse} | {readonly case: 'chunkRequest'; readonly value: ChunkRequest} | {readonly case: 'chunkResponse'; readonly value: ChunkResponse} | {readonly case: 'lightBlockRequest'; readonly value: LightBlockRequest} | {readonly case: 'lightBlockResponse'; readonly value: LightBlockResponse} | undefined = undefined;
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 1:
          sum = {case: 'snapshotsRequest', value: wire.readMessage(reader, tag, SnapshotsRequest)};
          break;
        case 2:
          sum = {case: 'snapshotsResponse', value: wire.readMessage(reader, tag, SnapshotsResponse)};
          break;
        case 3:
          sum = {case: 'chunkRequest', value: wire.readMessage(reader, tag, ChunkRequest)};
          break;
        case 4:
          sum = {case: 'chunkResponse', value: wire.readMessage(reader, tag, ChunkResponse)};
          break;
        case 5:
          sum = {case: 'lightBlockRequest', value: wire.readMessage(reader, tag, LightBlockRequest)};
          break;
        case 6:
          sum = {case: 'lightBlockResponse', value: wire.readMessage(reader, tag, LightBlockResponse)};
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {sum};
  },
};
