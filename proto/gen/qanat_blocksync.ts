// Written by scripts/generate/proto.ts from the .proto files of package qanat.blocksync. Do not edit.
import * as wire from '../wire.ts';
import * as tendermint_types from './tendermint_types.ts';

export interface StatusRequest {
}

export const StatusRequest: wire.Codec<StatusRequest> = {
  typeName: 'qanat.blocksync.StatusRequest',
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

export interface StatusResponse {
  readonly height: bigint;
  readonly base: bigint;
}

export const StatusResponse: wire.Codec<StatusResponse> = {
  typeName: 'qanat.blocksync.StatusResponse',
  encodeTo(message, writer) {
    wire.writeInt64(writer, 8, message.height);
    wire.writeInt64(writer, 16, message.base);
  },
  decodeFrom(reader) {
    let height: bigint = 0n;
    let base: bigint = 0n;
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 1:
          height = wire.readInt64(reader, tag);
          break;
        case 2:
          base = wire.readInt64(reader, tag);
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {height, base};
  },
};

export interface BlockRequest {
  readonly height: bigint;
}

export const BlockRequest: wire.Codec<BlockRequest> = {
  typeName: 'qanat.blocksync.BlockRequest',
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

export interface NoBlockResponse {
  readonly height: bigint;
}

export const NoBlockResponse: wire.Codec<NoBlockResponse> = {
  typeName: 'qanat.blocksync.NoBlockResponse',
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

export interface BlockResponse {
  readonly height: bigint;
  readonly partSetHeader: tendermint_types.PartSetHeader;
  readonly part: Uint8Array;
}

export const BlockResponse: wire.Codec<BlockResponse> = {
  typeName: 'qanat.blocksync.BlockResponse',
  encodeTo(message, writer) {
    wire.writeInt64(writer, 8, message.height);
    wire.writeMessage(writer, 18, tendermint_types.PartSetHeader, message.partSetHeader);
    wire.writeBytes(writer, 26, message.part);
  },
  decodeFrom(reader) {
    let height: bigint = 0n;
    let partSetHeader: tendermint_types.PartSetHeader | undefined = undefined;
    let part: Uint8Array = wire.EMPTY_BYTES;
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 1:
          height = wire.readInt64(reader, tag);
          break;
        case 2:
          partSetHeader = wire.readMessage(reader, tag, tendermint_types.PartSetHeader);
          break;
        case 3:
          part = wire.readBytes(reader, tag);
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {height, partSetHeader: partSetHeader ?? {total: 0, hash: wire.EMPTY_BYTES}, part};
  },
};

export interface Message {
  readonly sum?: {readonly case: 'blockRequest'; readonly value: BlockRequest} | {readonly case: 'noBlockResponse'; readonly value: NoBlockResponse} | {readonly case: 'blockResponse'; readonly value: BlockResponse} | {readonly case: 'statusRequest'; readonly value: StatusRequest} | {readonly case: 'statusResponse'; readonly value: StatusResponse} | undefined;
}

export const Message: wire.Codec<Message> = {
  typeName: 'qanat.blocksync.Message',
  encodeTo(message, writer) {
    if (message.sum?.case === 'blockRequest') wire.writeMessage(writer, 10, BlockRequest, message.sum.value);
    if (message.sum?.case === 'noBlockResponse') wire.writeMessage(writer, 18, NoBlockResponse, message.sum.value);
    if (message.sum?.case === 'blockResponse') wire.writeMessage(writer, 26, BlockResponse, message.sum.value);
    if (message.sum?.case === 'statusRequest') wire.writeMessage(writer, 34, StatusRequest, message.sum.value);
    if (message.sum?.case === 'statusResponse') wire.writeMessage(writer, 42, StatusResponse, message.sum.value);
  },
  decodeFrom(reader) {
    let sum: {readonly case: 'blockRequest'; readonly value: BlockRequest} | {readonly case: 'noBlockResponse'; readonly value: NoBlockResponse} | {readonly case: 'blockResponse'; readonly value: BlockResponse} | {readonly case: 'statusRequest'; readonly value: StatusRequest} | {readonly case: 'statusResponse'; readonly value: StatusResponse} | undefined = undefined;
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 1:
          sum = {case: 'blockRequest', value: wire.readMessage(reader, tag, BlockRequest)};
          break;
        case 2:
          sum = {case: 'noBlockResponse', value: wire.readMessage(reader, tag, NoBlockResponse)};
          break;
        case 3:
          sum = {case: 'blockResponse', value: wire.readMessage(reader, tag, BlockResponse)};
          break;
        case 4:
          sum = {case: 'statusRequest', value: wire.readMessage(reader, tag, StatusRequest)};
          break;
        case 5:
          sum = {case: 'statusResponse', value: wire.readMessage(reader, tag, StatusResponse)};
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {sum};
  },
};
