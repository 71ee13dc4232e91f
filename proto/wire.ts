/**
 * The protobuf runtime under the generated codecs: protobufjs' Reader and Writer, with 64-bit integers as bigint, plain Uint8Arrays,
 * and reading that refuses what Go's gogoproto refuses (wrong wire types, groups, lengths past the end) and bounds what it keeps.
 */
import protobuf from 'protobufjs/minimal.js';

export type Writer = protobuf.Writer;
export type Reader = protobuf.Reader;

export const WireType = {Varint: 0, Fixed64: 1, Bytes: 2, Fixed32: 5} as const;

/** Bytes that are not a valid encoding of the message. Always the sender's fault. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
}

/** A value that its field cannot hold. Always the caller's fault. */
export class EncodeError extends Error {
  override readonly name = 'EncodeError';
}

export interface Codec<T> {
  /** The message's full protobuf name. */
  readonly typeName: string;
  encodeTo(message: T, writer: Writer): void;
  /** Reads until the reader's limit. */
  decodeFrom(reader: Reader): T;
}

export const EMPTY_BYTES: Uint8Array = new Uint8Array(0);

/** @throws EncodeError when a number is out of its field's range. */
export function encodeMessage<T>(codec: Codec<T>, message: T): Uint8Array {
  const writer = newWriter();
  codec.encodeTo(message, writer);
  return finish(writer);
}

/** The message after its length as a varint (Go's protoio.MarshalDelimited). */
export function encodeDelimited<T>(codec: Codec<T>, message: T): Uint8Array {
  const writer = newWriter();
  writer.fork();
  codec.encodeTo(message, writer);
  writer.ldelim();
  return finish(writer);
}

/**
 * @param maxBytes the longest encoding that is looked at.
 * @throws DecodeError for whatever is wrong with the bytes.
 */
export function decodeMessage<T>(codec: Codec<T>, bytes: Uint8Array, maxBytes: number): T {
  if (bytes.length > maxBytes) throw new DecodeError(`${codec.typeName}: ${bytes.length} bytes, limit ${maxBytes}`);
  // A Buffer would make the reader return Buffers.
  const reader = protobuf.Reader.create(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length));
  try {
    const message = codec.decodeFrom(reader);
    if (reader.pos !== reader.len) throw new DecodeError('field past the end of its message');
    return message;
  } catch (error) {
    throw new DecodeError(`${codec.typeName}: ${(error as Error).message}`);
  }
}

/** For encodings that no message describes. Not the pooled Buffers of `Writer.create()`: what comes out is a plain Uint8Array. */
export function newWriter(): Writer {
  return new protobuf.Writer();
}

/** An exact copy of what was written, in memory of its own (the writer's own `finish` cuts it from a shared pool). */
export function finish(writer: Writer): Uint8Array {
  const out = new Uint8Array(writer.pos);
  writer.finishInto(out);
  return out;
}

/** Bytes of an element of a repeated field (of a number below 16): tag, length, content. */
export function framedBytes(length: number): number {
  let framing = 2;
  for (let rest = length; rest >= 0x80; rest >>>= 7) framing++;
  return framing + length;
}

// Writing. Zero values are left out, as proto3 demands; `tag` is the field number and wire type.

export function writeInt64(writer: Writer, tag: number, value: bigint): void {
  if (value === 0n) return;
  if (BigInt.asIntN(64, value) !== value) throw new EncodeError(`${value} is not an int64`);
  writer.uint32(tag).int64(toLong(value));
}

export function writeUint64(writer: Writer, tag: number, value: bigint): void {
  if (value === 0n) return;
  writeUint64Item(writer.uint32(tag), value);
}

export function writeUint64Item(writer: Writer, value: bigint): void {
  if (BigInt.asUintN(64, value) !== value) throw new EncodeError(`${value} is not a uint64`);
  writer.uint64(toLong(value));
}

export function writeSfixed64(writer: Writer, tag: number, value: bigint): void {
  if (value === 0n) return;
  if (BigInt.asIntN(64, value) !== value) throw new EncodeError(`${value} is not an sfixed64`);
  writer.uint32(tag).sfixed64(toLong(value));
}

export function writeInt32(writer: Writer, tag: number, value: number): void {
  if (value === 0) return;
  if ((value | 0) !== value) throw new EncodeError(`${value} is not an int32`);
  writer.uint32(tag).int32(value);
}

export function writeUint32(writer: Writer, tag: number, value: number): void {
  if (value === 0) return;
  if (value >>> 0 !== value) throw new EncodeError(`${value} is not a uint32`);
  writer.uint32(tag).uint32(value);
}

export function writeBool(writer: Writer, tag: number, value: boolean): void {
  if (value) writer.uint32(tag).bool(true);
}

export function writeBytes(writer: Writer, tag: number, value: Uint8Array): void {
  if (value.length > 0) writer.uint32(tag).bytes(value);
}

export function writeString(writer: Writer, tag: number, value: string): void {
  if (value.length > 0) writer.uint32(tag).string(value);
}

export function writeMessage<T>(writer: Writer, tag: number, codec: Codec<T>, message: T): void {
  writer.uint32(tag).fork();
  codec.encodeTo(message, writer);
  writer.ldelim();
}

// Reading.

/** The next field's tag: number << 3 | wire type. */
export function readTag(reader: Reader): number {
  const tag = reader.uint32();
  if (tag >>> 3 === 0) throw new DecodeError('field number 0');
  return tag;
}

/** Every field's wire type is checked: a known field with another one is an error, not an unknown field. */
export function expectWireType(tag: number, wireType: number): void {
  if ((tag & 7) !== wireType) throw new DecodeError(`field ${tag >>> 3} has wire type ${tag & 7}, not ${wireType}`);
}

export function skipField(reader: Reader, tag: number): void {
  const wireType = tag & 7;
  if (wireType === 3 || wireType === 4) throw new DecodeError(`field ${tag >>> 3} is a group`);
  reader.skipType(wireType);
}

export function readInt64(reader: Reader, tag: number): bigint {
  expectWireType(tag, WireType.Varint);
  return fromLong(reader.int64());
}

export function readUint64(reader: Reader, tag: number): bigint {
  expectWireType(tag, WireType.Varint);
  return fromUnsignedLong(reader.uint64());
}

export function readUint64Item(reader: Reader): bigint {
  return fromUnsignedLong(reader.uint64());
}

export function readSfixed64(reader: Reader, tag: number): bigint {
  expectWireType(tag, WireType.Fixed64);
  return fromLong(reader.sfixed64());
}

/** Longer varints are cut to 32 bits, as in Go. */
export function readInt32(reader: Reader, tag: number): number {
  expectWireType(tag, WireType.Varint);
  return reader.int32();
}

export function readUint32(reader: Reader, tag: number): number {
  expectWireType(tag, WireType.Varint);
  return reader.uint32();
}

export function readBool(reader: Reader, tag: number): boolean {
  expectWireType(tag, WireType.Varint);
  return reader.bool();
}

/** A copy, so that a 20-byte address does not keep a whole network frame in memory. */
export function readBytes(reader: Reader, tag: number): Uint8Array {
  expectWireType(tag, WireType.Bytes);
  const bytes = reader.bytes();
  return bytes.length === 0 ? EMPTY_BYTES : bytes.slice();
}

export function readString(reader: Reader, tag: number): string {
  expectWireType(tag, WireType.Bytes);
  return reader.string();
}

export function readMessage<T>(reader: Reader, tag: number, codec: Codec<T>): T {
  expectWireType(tag, WireType.Bytes);
  const end = reader.uint32() + reader.pos;
  if (end > reader.len) throw new DecodeError('message longer than what holds it');
  const outer = reader.len;
  reader.len = end;
  const message = codec.decodeFrom(reader);
  if (reader.pos !== end) throw new DecodeError('field past the end of its message');
  reader.len = outer;
  return message;
}

/** Appends, unless the list is full. */
export function pushBounded<T>(list: T[], item: T, maxItems: number): void {
  if (list.length >= maxItems) throw new DecodeError(`more than ${maxItems} elements`);
  list.push(item);
}

/** A packed or a single element of a repeated uint64. */
export function readRepeatedUint64(reader: Reader, tag: number, list: bigint[], maxItems: number): void {
  if ((tag & 7) === WireType.Varint) {
    pushBounded(list, readUint64Item(reader), maxItems);
    return;
  }
  expectWireType(tag, WireType.Bytes);
  const end = reader.uint32() + reader.pos;
  if (end > reader.len) throw new DecodeError('packed field longer than its message');
  while (reader.pos < end) pushBounded(list, readUint64Item(reader), maxItems);
  if (reader.pos !== end) throw new DecodeError('packed field cut in an element');
}

const TIMESTAMP_SECONDS_MIN = -62135596800n;
const TIMESTAMP_SECONDS_MAX = 253402300799n;

/** Years 1 to 9999 and whole nanoseconds: what Go's stdtime accepts. */
export function checkTimestamp(value: {readonly seconds: bigint; readonly nanos: number}): void {
  if (value.seconds < TIMESTAMP_SECONDS_MIN || value.seconds > TIMESTAMP_SECONDS_MAX) {
    throw new DecodeError(`timestamp of ${value.seconds} s is outside the years 1 to 9999`);
  }
  if (value.nanos < 0 || value.nanos > 999_999_999) throw new DecodeError(`timestamp with ${value.nanos} ns`);
}

type Long = ReturnType<Reader['int64']>;

// Built on the 32-bit halves: bigint arithmetic only for what does not fit a double.
function toLong(value: bigint): Long | number {
  if (value >= -0x1fffffffffffffn && value <= 0x1fffffffffffffn) return Number(value);
  return {low: Number(BigInt.asIntN(32, value)), high: Number(BigInt.asIntN(32, value >> 32n)), unsigned: false} as Long;
}

function fromLong(value: Long): bigint {
  const high = value.high | 0;
  const low = value.low >>> 0;
  if (high < 0x200000 && high >= -0x200000) return BigInt(high * 0x1_0000_0000 + low);
  return (BigInt(high) << 32n) | BigInt(low);
}

function fromUnsignedLong(value: Long): bigint {
  return BigInt.asUintN(64, fromLong(value));
}
