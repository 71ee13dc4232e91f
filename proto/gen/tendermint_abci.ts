// Written by scripts/generate/proto.ts from the .proto files of package tendermint.abci. Do not edit.
import * as wire from '../wire.ts';

export interface EventAttribute {
  readonly key: string;
  readonly value: string;
  readonly index: boolean;
}

export const EventAttribute: wire.Codec<EventAttribute> = {
  typeName: 'tendermint.abci.EventAttribute',
  encodeTo(message, writer) {
    wire.writeString(writer, 10, message.key);
    wire.writeString(writer, 18, message.value);
    wire.writeBool(writer, 24, message.index);
  },
  decodeFrom(reader) {
    let key: string = '';
    let value: string = '';
    let index: boolean = false;
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 1:
          key = wire.readString(reader, tag);
          break;
        case 2:
          value = wire.readString(reader, tag);
          break;
        case 3:
          index = wire.readBool(reader, tag);
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {key, value, index};
  },
};

export interface Event {
  readonly type: string;
  readonly attributes: readonly EventAttribute[];
}

export const Event: wire.Codec<Event> = {
  typeName: 'tendermint.abci.Event',
  encodeTo(message, writer) {
    wire.writeString(writer, 10, message.type);
    for (const item of message.attributes) wire.writeMessage(writer, 18, EventAttribute, item);
  },
  decodeFrom(reader) {
    let type: string = '';
    const attributes: EventAttribute[] = [];
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 1:
          type = wire.readString(reader, tag);
          break;
        case 2:
          wire.pushBounded(attributes, wire.readMessage(reader, tag, EventAttribute), 64);
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {type, attributes};
  },
};

export interface ExecTxResult {
  readonly code: number;
  readonly data: Uint8Array;
  readonly log: string;
  readonly gasWanted: bigint;
  readonly gasUsed: bigint;
  readonly events: readonly Event[];
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
    for (const item of message.events) wire.writeMessage(writer, 58, Event, item);
    wire.writeString(writer, 66, message.codespace);
  },
  decodeFrom(reader) {
    let code: number = 0;
    let data: Uint8Array = wire.EMPTY_BYTES;
    let log: string = '';
    let gasWanted: bigint = 0n;
    let gasUsed: bigint = 0n;
    const events: Event[] = [];
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
        case 7:
          wire.pushBounded(events, wire.readMessage(reader, tag, Event), 1024);
          break;
        case 8:
          codespace = wire.readString(reader, tag);
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {code, data, log, gasWanted, gasUsed, events, codespace};
  },
};

export interface TxResult {
  readonly height: bigint;
  readonly index: number;
  readonly tx: Uint8Array;
  readonly result?: ExecTxResult | undefined;
}

export const TxResult: wire.Codec<TxResult> = {
  typeName: 'tendermint.abci.TxResult',
  encodeTo(message, writer) {
    wire.writeInt64(writer, 8, message.height);
    wire.writeUint32(writer, 16, message.index);
    wire.writeBytes(writer, 26, message.tx);
    if (message.result !== undefined) wire.writeMessage(writer, 34, ExecTxResult, message.result);
  },
  decodeFrom(reader) {
    let height: bigint = 0n;
    let index: number = 0;
    let tx: Uint8Array = wire.EMPTY_BYTES;
    let result: ExecTxResult | undefined = undefined;
    while (reader.pos < reader.len) {
      const tag = wire.readTag(reader);
      switch (tag >>> 3) {
        case 1:
          height = wire.readInt64(reader, tag);
          break;
        case 2:
          index = wire.readUint32(reader, tag);
          break;
        case 3:
          tx = wire.readBytes(reader, tag);
          break;
        case 4:
          result = wire.readMessage(reader, tag, ExecTxResult);
          break;
        default:
          wire.skipField(reader, tag);
      }
    }
    return {height, index, tx, result};
  },
};
