// Written by scripts/generate/proto.ts from the .proto files of package tendermint.version. Do not edit.
import * as wire from '../wire.ts';

export interface Consensus {
  readonly block: bigint;
  readonly app: bigint;
}

export const Consensus: wire.Codec<Consensus> = {
  typeName: 'tendermint.version.Consensus',
  encodeTo(message, writer) {
    wire.writeUint64(writer, 8, message.block);
    wire.writeUint64(writer, 16, message.app);
  },
  decodeFrom(reader) {
    let block: bigint = 0n;
    let app: bigint = 0n;
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 1:
          block = wire.readUint64(reader, tag);
          break;
        case 2:
          app = wire.readUint64(reader, tag);
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {block, app};
  },
};
