// Written by scripts/generate/proto.ts from the .proto files of package tendermint.crypto. Do not edit.
import * as wire from '../wire.ts';

export interface Proof {
  readonly total: bigint;
  readonly index: bigint;
  readonly leafHash: Uint8Array;
  readonly aunts: readonly Uint8Array[];
}

export const Proof: wire.Codec<Proof> = {
  typeName: 'tendermint.crypto.Proof',
  encodeTo(message, writer) {
    wire.writeInt64(writer, 8, message.total);
    wire.writeInt64(writer, 16, message.index);
    wire.writeBytes(writer, 26, message.leafHash);
    for (const item of message.aunts) writer.uint32(34).bytes(item);
  },
  decodeFrom(reader) {
    let total: bigint = 0n;
    let index: bigint = 0n;
    let leafHash: Uint8Array = wire.EMPTY_BYTES;
    const aunts: Uint8Array[] = [];
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 1:
          total = wire.readInt64(reader, tag);
          break;
        case 2:
          index = wire.readInt64(reader, tag);
          break;
        case 3:
          leafHash = wire.readBytes(reader, tag);
          break;
        case 4:
          wire.pushBounded(aunts, wire.readBytes(reader, tag), 100);
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {total, index, leafHash, aunts};
  },
};

export interface PublicKey {
  readonly sum?: {readonly case: 'ed25519'; readonly value: Uint8Array} | {readonly case: 'secp256k1'; readonly value: Uint8Array} | undefined;
}

export const PublicKey: wire.Codec<PublicKey> = {
  typeName: 'tendermint.crypto.PublicKey',
  encodeTo(message, writer) {
    if (message.sum?.case === 'ed25519') writer.uint32(10).bytes(message.sum.value);
    if (message.sum?.case === 'secp256k1') writer.uint32(18).bytes(message.sum.value);
  },
  decodeFrom(reader) {
    let sum: {readonly case: 'ed25519'; readonly value: Uint8Array} | {readonly case: 'secp256k1'; readonly value: Uint8Array} | undefined = undefined;
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 1:
          sum = {case: 'ed25519', value: wire.readBytes(reader, tag)};
          break;
        case 2:
          sum = {case: 'secp256k1', value: wire.readBytes(reader, tag)};
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {sum};
  },
};
