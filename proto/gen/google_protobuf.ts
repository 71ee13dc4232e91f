// Written by scripts/generate/proto.ts from the .proto files of package google.protobuf. Do not edit.
import * as wire from '../wire.ts';

export interface Timestamp {
  readonly seconds: bigint;
  readonly nanos: number;
}

export const Timestamp: wire.Codec<Timestamp> = {
  typeName: 'google.protobuf.Timestamp',
  encodeTo(message, writer) {
    wire.writeInt64(writer, 8, message.seconds);
    wire.writeInt32(writer, 16, message.nanos);
  },
  decodeFrom(reader) {
    let seconds: bigint = 0n;
    let nanos: number = 0;
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 1:
          seconds = wire.readInt64(reader, tag);
          break;
        case 2:
          nanos = wire.readInt32(reader, tag);
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    wire.checkTimestamp({seconds, nanos});
    return {seconds, nanos};
  },
};

export interface Duration {
  readonly seconds: bigint;
  readonly nanos: number;
}

export const Duration: wire.Codec<Duration> = {
  typeName: 'google.protobuf.Duration',
  encodeTo(message, writer) {
    wire.writeInt64(writer, 8, message.seconds);
    wire.writeInt32(writer, 16, message.nanos);
  },
  decodeFrom(reader) {
    let seconds: bigint = 0n;
    let nanos: number = 0;
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 1:
          seconds = wire.readInt64(reader, tag);
          break;
        case 2:
          nanos = wire.readInt32(reader, tag);
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {seconds, nanos};
  },
};
