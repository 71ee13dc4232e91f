import type {Hex} from './types.ts';

const PAIRS: readonly string[] = Array.from({length: 256}, (_, i) => i.toString(16).padStart(2, '0'));

/** Lower-case, 0x-prefixed. */
export function bytesToHex(bytes: Uint8Array): Hex {
  return `0x${bytesToPlainHex(bytes)}`;
}

/** Lower-case, without prefix. */
export function bytesToPlainHex(bytes: Uint8Array): string {
  if (bytes.length > 24) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
  let hex = '';
  for (let i = 0; i < bytes.length; i++) hex += PAIRS[bytes[i]!]!;
  return hex;
}

/** Throws on anything but an even number of hex digits after 0x. */
export function hexToBytes(hex: string): Uint8Array {
  if (!hex.startsWith('0x') || hex.length % 2 !== 0) throw new Error('not 0x-prefixed hex of whole bytes');
  const bytes = Buffer.from(hex.slice(2), 'hex');
  if (bytes.length * 2 !== hex.length - 2) throw new Error('not 0x-prefixed hex of whole bytes');
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

export function bytesToBigInt(bytes: Uint8Array): bigint {
  if (bytes.length === 0) return 0n;
  if (bytes.length <= 6) {
    let value = 0;
    for (let i = 0; i < bytes.length; i++) value = value * 256 + bytes[i]!;
    return BigInt(value);
  }
  return BigInt(`0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')}`);
}

/** Big-endian without leading zeros; empty for 0. */
export function bigIntToBytes(value: bigint): Uint8Array {
  if (value === 0n) return EMPTY;
  if (value < 0x1000000000000n) {
    let rest = Number(value);
    const scratch: number[] = [];
    while (rest > 0) {
      scratch.push(rest % 256);
      rest = Math.floor(rest / 256);
    }
    return Uint8Array.from(scratch.reverse());
  }
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** Big-endian, padded on the left to `length` bytes. */
export function bigIntToFixed(value: bigint, length: number): Uint8Array {
  return padLeft(bigIntToBytes(value), length);
}

export function padLeft(bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.length === length) return bytes;
  if (bytes.length > length) throw new Error(`${bytes.length} bytes do not fit ${length}`);
  const padded = new Uint8Array(length);
  padded.set(bytes, length - bytes.length);
  return padded;
}

/** The shortest big-endian form of the same number. */
export function trimLeft(bytes: Uint8Array): Uint8Array {
  let start = 0;
  while (start < bytes.length && bytes[start] === 0) start++;
  return start === 0 ? bytes : bytes.subarray(start);
}

export function bytesEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const joined = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

export const EMPTY = new Uint8Array(0);
