// Written by scripts/generate/proto.ts from the .proto files of package tendermint.abci. Do not edit.
import * as wire from '../wire.ts';

export interface ExecTxResult {
  readonly code: number;
  readonly data: Uint8Array;
  readonly log: string;
  readonly gasWanted: bigint;
  readonly gasUsed: bigint;
  readonly codespace: string;
}

export const ExecTxResult: wire.Codec<ExecTxResult> = {
  typeName: 'tendermint.abci.ExecTxResult',
  encodeTo(message, writer) {
    wire.writeUint32(writer, 8, message.code);
    wire.writeBytes(writer, 18, message.data);
    wire.writeString(writer, 26, message.log);
    wire.writeInt64(writer, 40, message.gasWanted);
    wire.writeInt64(writer, 48, message.gasUsed);
    wire.writeString(writer, 66, message.codespace);
  },
  decodeFrom(reader) {
    let code: number = 0;
    let data: Uint8Array = wire.EMPTY_BYTES;
    let log: string = '';
    let gasWanted: bigint = 0n;
    let gasUsed: bigint = 0n;
    let codespace: string = '';
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 1:
          code = wire.readUint32(reader, tag);
          break;
        case 2:
          data = wire.readBytes(reader, tag);
          break;
        case 3:
          log = wire.readString(reader, tag);
          break;
        case 5:
          gasWanted = wire.readInt64(reader, tag);
          break;
        case 6:
          gasUsed = wire.readInt64(reader, tag);
          break;
        case 8:
          codespace = wire.readString(reader, tag);
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {code, data, log, gasWanted, gasUsed, codespace};
  },
};
