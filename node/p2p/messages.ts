import {Reader, Writer} from 'protobufjs/minimal.js';
import {CONTROL_MESSAGE_MAX_BYTES, MEMPOOL_BATCH_MAX_TRANSACTIONS} from './limits.ts';

/**
 * Messages of this folder, protobuf (docs/spec/p2p.md):
 *
 *     message Control   { oneof sum { Hello hello = 1; Heartbeat heartbeat = 2; } }
 *     message Hello     { uint32 protocol_version = 1; string chain_id = 2; bytes genesis_hash = 3; string version = 4; string moniker = 5; bytes session = 6; string listen_address = 7; }
 *     message Heartbeat { repeated Received received = 1; }
 *     message Received  { uint32 channel = 1; uint32 messages = 2; }
 *     message Txs       { repeated bytes txs = 1; }
 */
export interface Hello {
  readonly protocolVersion: number;
  readonly chainId: string;
  readonly genesisHash: Uint8Array;
  readonly version: string;
  readonly moniker: string;
  /** Random per start of a node: tells a restarted peer from a second connection of a running one. */
  readonly session: Uint8Array;
  /** Where the node says it can be dialled, a multiaddr with its own id; empty when nowhere. Believed of nobody else. */
  readonly listenAddress: string;
}

/** Messages received so far on each channel of this connection, modulo 2^32. */
export type Received = ReadonlyMap<number, number>;

export type ControlMessage = {readonly type: 'hello'; readonly hello: Hello} | {readonly type: 'heartbeat'; readonly received: Received};

export class MalformedMessageError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'MalformedMessageError';
  }
}

export const tag = (field: number, wireType: number): number => (field << 3) | wireType;
export const VARINT = 0;
export const BYTES = 2;

export function encodeHello(hello: Hello): Uint8Array {
  const writer = Writer.create();
  writer.uint32(tag(1, BYTES)).fork();
  writer.uint32(tag(1, VARINT)).uint32(hello.protocolVersion);
  writer.uint32(tag(2, BYTES)).string(hello.chainId);
  writer.uint32(tag(3, BYTES)).bytes(hello.genesisHash);
  writer.uint32(tag(4, BYTES)).string(hello.version);
  writer.uint32(tag(5, BYTES)).string(hello.moniker);
  writer.uint32(tag(6, BYTES)).bytes(hello.session);
  writer.uint32(tag(7, BYTES)).string(hello.listenAddress);
  return writer.ldelim().finish();
}

export function encodeHeartbeat(received: Received): Uint8Array {
  const writer = Writer.create();
  writer.uint32(tag(2, BYTES)).fork();
  for (const [channel, messages] of received) {
    writer.uint32(tag(1, BYTES)).fork();
    writer.uint32(tag(1, VARINT)).uint32(channel).uint32(tag(2, VARINT)).uint32(messages);
    writer.ldelim();
  }
  return writer.ldelim().finish();
}

/** Throws MalformedMessageError. Unknown fields are skipped, as protobuf asks. */
export function decodeControl(bytes: Uint8Array): ControlMessage {
  if (bytes.byteLength > CONTROL_MESSAGE_MAX_BYTES) throw new MalformedMessageError(`control message of ${bytes.byteLength} bytes`);
  return guarded('control message', () => {
    let message: ControlMessage | undefined;
    eachField(Reader.create(bytes), (reader, fieldTag) => {
      if (fieldTag === tag(1, BYTES)) message = {type: 'hello', hello: decodeHello(reader.bytes())};
      else if (fieldTag === tag(2, BYTES)) message = {type: 'heartbeat', received: decodeReceived(reader.bytes())};
      else return false;
      return true;
    });
    if (message === undefined) throw new MalformedMessageError('control message is neither hello nor heartbeat');
    return message;
  });
}

export function encodeTransactions(transactions: readonly Uint8Array[]): Uint8Array {
  const writer = Writer.create();
  for (const transaction of transactions) writer.uint32(tag(1, BYTES)).bytes(transaction);
  return writer.finish();
}

/** Throws MalformedMessageError, also when there is none, too many, or an empty one. */
export function decodeTransactions(bytes: Uint8Array): Uint8Array[] {
  return guarded('transactions', () => {
    const transactions: Uint8Array[] = [];
    eachField(Reader.create(bytes), (reader, fieldTag) => {
      if (fieldTag !== tag(1, BYTES)) return false;
      if (transactions.length === MEMPOOL_BATCH_MAX_TRANSACTIONS) throw new MalformedMessageError('too many transactions in a batch');
      const transaction = reader.bytes();
      if (transaction.byteLength === 0) throw new MalformedMessageError('empty transaction');
      // A copy: a view would keep the whole gossip message alive as long as one transaction waits in the pool.
      transactions.push(Uint8Array.from(transaction));
      return true;
    });
    if (transactions.length === 0) throw new MalformedMessageError('batch without transactions');
    return transactions;
  });
}

function decodeHello(bytes: Uint8Array): Hello {
  const hello = {protocolVersion: 0, chainId: '', genesisHash: new Uint8Array(), version: '', moniker: '', session: new Uint8Array(), listenAddress: ''};
  eachField(Reader.create(bytes), (reader, fieldTag) => {
    if (fieldTag === tag(1, VARINT)) hello.protocolVersion = reader.uint32();
    else if (fieldTag === tag(2, BYTES)) hello.chainId = reader.string();
    else if (fieldTag === tag(3, BYTES)) hello.genesisHash = Uint8Array.from(reader.bytes());
    else if (fieldTag === tag(4, BYTES)) hello.version = reader.string();
    else if (fieldTag === tag(5, BYTES)) hello.moniker = reader.string();
    else if (fieldTag === tag(6, BYTES)) hello.session = Uint8Array.from(reader.bytes());
    else if (fieldTag === tag(7, BYTES)) hello.listenAddress = reader.string();
    else return false;
    return true;
  });
  return hello;
}

function decodeReceived(bytes: Uint8Array): Received {
  const received = new Map<number, number>();
  eachField(Reader.create(bytes), (reader, fieldTag) => {
    if (fieldTag !== tag(1, BYTES)) return false;
    let channel = 0;
    let messages = 0;
    eachField(Reader.create(reader.bytes()), (inner, innerTag) => {
      if (innerTag === tag(1, VARINT)) channel = inner.uint32();
      else if (innerTag === tag(2, VARINT)) messages = inner.uint32();
      else return false;
      return true;
    });
    received.set(channel, messages);
    return true;
  });
  return received;
}

export function eachField(reader: Reader, read: (reader: Reader, fieldTag: number) => boolean): void {
  while (reader.pos < reader.len) {
    const fieldTag = reader.uint32();
    if (!read(reader, fieldTag)) reader.skipType(fieldTag & 7);
  }
}

export function guarded<T>(what: string, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (error instanceof MalformedMessageError) throw error;
    throw new MalformedMessageError(`malformed ${what}`, {cause: error});
  }
}
