// Written by scripts/generate/proto.ts from the .proto files of package tendermint.libs.bits. Do not edit.
import * as wire from '../wire.ts';

export interface BitArray {
  readonly bits: bigint;
  readonly elems: readonly bigint[];
}

export const BitArray: wire.Codec<BitArray> = {
  typeName: 'tendermint.libs.bits.BitArray',
  encodeTo(message, writer) {
    wire.writeInt64(writer, 8, message.bits);
    if (message.elems.length > 0) {
      writer.uint32(18).fork();
      for (const item of message.elems) wire.writeUint64Item(writer, item);
      writer.ldelim();
    }
  },
  decodeFrom(reader) {
    let bits: bigint = 0n;
    const elems: bigint[] = [];
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 1:
          bits = wire.readInt64(reader, tag);
          break;
        case 2:
          wire.readRepeatedUint64(reader, tag, elems, 1024);
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {bits, elems};
  },
};
