/**
 * Keys of the index. Places (height, index) are big-endian, so entries come in the order of the chain; the event's number keeps
 * attributes of one event together (CometBFT `state/txindex/kv`). Tag and value carry their lengths: no separator can be forged.
 */
import type {AbciEvent} from '#proto';
import {INDEXED_TAG_BYTES_MAX, INDEXED_VALUE_BYTES_MAX} from '../limits.ts';

const Prefix = {Bounds: 1, ByHash: 2, ByPlace: 3, TxEvent: 4, BlockEvent: 5, BlockEvents: 6} as const;
export type EventPrefix = typeof Prefix.TxEvent | typeof Prefix.BlockEvent;
export const TX_EVENT: EventPrefix = Prefix.TxEvent;
export const BLOCK_EVENT: EventPrefix = Prefix.BlockEvent;

const INDEX_BITS = 32n;
const PLACE_BYTES = 12;
const SEQUENCE_BYTES = 4;
const LENGTH_BYTES = 2;

/** height * 2^32 + index in the block: sorts as the chain does. */
export type Place = bigint;

export const placeOf = (height: bigint, index: number): Place => (height << INDEX_BITS) | BigInt(index);
export const heightOf = (place: Place): bigint => place >> INDEX_BITS;

export const BOUNDS_KEY = Uint8Array.of(Prefix.Bounds);

export function hashKey(hash: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.of(Prefix.ByHash), hash]);
}

export function placeKey(place: Place): Uint8Array {
  return Buffer.concat([Uint8Array.of(Prefix.ByPlace), placeBytes(place)]);
}

export function placeOfKey(key: Uint8Array): Place {
  return readPlace(key, 1);
}

export function blockEventsKey(height: bigint): Uint8Array {
  return Buffer.concat([Uint8Array.of(Prefix.BlockEvents), placeBytes(placeOf(height, 0))]);
}

/** One key per indexed attribute. Too long tags and values have none. */
export function attributeKeys(prefix: EventPrefix, place: Place, events: readonly AbciEvent[]): Uint8Array[] {
  const keys: Uint8Array[] = [];
  const height = heightOf(place);
  const indexInBlock = Number(place & 0xffffffffn);
  for (const [sequence, {type, attributes}] of events.entries()) {
    for (const {key, value, index} of attributes) {
      if (!index || type === '' || key === '') continue;
      const tag = `${type}.${key}`;
      const tagBytes = Buffer.byteLength(tag);
      const valueBytes = Buffer.byteLength(value);
      if (tagBytes > INDEXED_TAG_BYTES_MAX || valueBytes > INDEXED_VALUE_BYTES_MAX) continue;
      // In one piece: there are several of these for every transaction.
      const bytes = Buffer.allocUnsafe(1 + LENGTH_BYTES + tagBytes + LENGTH_BYTES + valueBytes + PLACE_BYTES + SEQUENCE_BYTES);
      let at = bytes.writeUInt8(prefix);
      at = bytes.writeUInt16BE(tagBytes, at);
      at += bytes.write(tag, at);
      at = bytes.writeUInt16BE(valueBytes, at);
      at += bytes.write(value, at);
      at = bytes.writeBigUInt64BE(height, at);
      at = bytes.writeUInt32BE(indexInBlock, at);
      bytes.writeUInt32BE(sequence, at);
      keys.push(bytes);
    }
  }
  return keys;
}

/** All entries of a tag, or of a tag with one value and heights within bounds. */
export function attributeRange(prefix: EventPrefix, tag: string, exact?: {readonly value: string; readonly low: bigint; readonly high: bigint}): {gte: Uint8Array; lt: Uint8Array} {
  const start = tagPrefix(prefix, Buffer.from(tag));
  if (exact === undefined) return {gte: start, lt: Buffer.concat([start, Uint8Array.of(0xff)])};
  const bytes = Buffer.from(exact.value);
  const head = Buffer.concat([start, length(bytes), bytes]);
  return {gte: Buffer.concat([head, placeBytes(placeOf(exact.low, 0))]), lt: Buffer.concat([head, placeBytes(placeOf(exact.high + 1n, 0))])};
}

export interface AttributeEntry {
  readonly value: string;
  readonly place: Place;
  readonly sequence: number;
}

export function readAttributeKey(key: Uint8Array): AttributeEntry {
  const bytes = Buffer.from(key.buffer, key.byteOffset, key.length);
  const valueAt = 3 + bytes.readUInt16BE(1) + 2;
  const placeAt = bytes.length - PLACE_BYTES - SEQUENCE_BYTES;
  return {value: bytes.toString('utf8', valueAt, placeAt), place: readPlace(key, placeAt), sequence: bytes.readUInt32BE(bytes.length - SEQUENCE_BYTES)};
}

function tagPrefix(prefix: EventPrefix, tag: Uint8Array): Buffer {
  return Buffer.concat([Uint8Array.of(prefix), length(tag), tag]);
}

function length(bytes: Uint8Array): Uint8Array {
  return Uint8Array.of(bytes.length >> 8, bytes.length & 0xff);
}

function placeBytes(place: Place): Uint8Array {
  const bytes = Buffer.alloc(PLACE_BYTES);
  bytes.writeBigUInt64BE(heightOf(place));
  bytes.writeUInt32BE(Number(place & 0xffffffffn), 8);
  return bytes;
}

function readPlace(key: Uint8Array, offset: number): Place {
  const view = new DataView(key.buffer, key.byteOffset, key.length);
  return (view.getBigUint64(offset) << INDEX_BITS) | BigInt(view.getUint32(offset + 8));
}
