/** Key spaces of the application's database. Numbers are big-endian, so that keys sort by them. */
import {concatBytes, hexToBytes} from './hex.ts';
import type {Address, Hash} from './types.ts';

export const DATABASE_KIND = 'application';
export const DATABASE_VERSION = 1;

const Space = {
  head: 0x01,
  genesis: 0x02,
  restore: 0x03,
  base: 0x04,
  account: 0x10,
  slot: 0x11,
  code: 0x12,
  accountNode: 0x13,
  storageNode: 0x14,
  diff: 0x20,
  block: 0x30,
  receipts: 0x31,
  numberOfHash: 0x32,
  location: 0x33,
  bloom: 0x34,
  hashOfNumber: 0x35,
  header: 0x36,
  amendments: 0x37,
} as const;

export type KeyRange = readonly [gte: Uint8Array, lt: Uint8Array];

const text = new TextEncoder();

function key(space: number, ...parts: readonly Uint8Array[]): Uint8Array {
  return concatBytes(Uint8Array.of(space), ...parts);
}

export function uint64(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value);
  return bytes;
}

export function readUint64(bytes: Uint8Array, offset = 0): bigint {
  return new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(offset);
}

export const headKey = Uint8Array.of(Space.head);
export const genesisKey = Uint8Array.of(Space.genesis);
/** Present from the first write of a restore until the restored chain has a block of its own. */
export const restoreKey = Uint8Array.of(Space.restore);
/** The block that a restored chain begins with. */
export const baseKey = Uint8Array.of(Space.base);
export const accountRange: KeyRange = [Uint8Array.of(Space.account), Uint8Array.of(Space.account + 1)];
export const allSlotsRange: KeyRange = [Uint8Array.of(Space.slot), Uint8Array.of(Space.slot + 1)];
/** Everything but the claim of the database itself, which is of another key space. */
export const chainRange: KeyRange = [Uint8Array.of(Space.account), Uint8Array.of(Space.header + 1)];
export const accountKey = (address: Address): Uint8Array => key(Space.account, hexToBytes(address));
export const slotKey = (address: Address, slot: Hash): Uint8Array => key(Space.slot, hexToBytes(address), hexToBytes(slot));
/** First and past-the-last key of an account's storage. */
export const slotRange = (address: Address): readonly [Uint8Array, Uint8Array] => {
  const prefix = key(Space.slot, hexToBytes(address));
  return [prefix, concatBytes(prefix, new Uint8Array(33).fill(0xff))];
};
export const codeKey = (codeHash: Hash): Uint8Array => key(Space.code, hexToBytes(codeHash));
export const accountNodeKey = (path: string): Uint8Array => key(Space.accountNode, text.encode(path));
export const storageNodeKey = (address: Address, path: string): Uint8Array => key(Space.storageNode, hexToBytes(address), text.encode(path));
export const diffKey = (number: bigint): Uint8Array => key(Space.diff, uint64(number));
export const blockKey = (number: bigint): Uint8Array => key(Space.block, uint64(number));
export const receiptsKey = (number: bigint): Uint8Array => key(Space.receipts, uint64(number));
export const numberOfHashKey = (hash: Hash): Uint8Array => key(Space.numberOfHash, hexToBytes(hash));
export const locationKey = (hash: Hash): Uint8Array => key(Space.location, hexToBytes(hash));
export const bloomKey = (number: bigint): Uint8Array => key(Space.bloom, uint64(number));
export const hashOfNumberKey = (number: bigint): Uint8Array => key(Space.hashOfNumber, uint64(number));
/** What was set by hand before a block, on a development chain. */
export const amendmentsKey = (number: bigint): Uint8Array => key(Space.amendments, uint64(number));
/** Of a block before the one that a restored chain begins with. */
export const headerKey = (number: bigint): Uint8Array => key(Space.header, uint64(number));
