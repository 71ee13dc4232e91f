/** 256-bit words between the stack (bigint), memory (big-endian bytes) and the state (hex). */
import type {Hash} from '../types.ts';

const ALL_ONES_64 = 0xffff_ffff_ffff_ffffn;

export function wordToHash(value: bigint): Hash {
  return `0x${value.toString(16).padStart(64, '0')}`;
}

/** `at + 32` must lie within `bytes`. */
export function writeWord(bytes: Uint8Array, at: number, value: bigint): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, 32);
  view.setBigUint64(24, value & ALL_ONES_64);
  if (value <= ALL_ONES_64) {
    bytes.fill(0, at, at + 24);
    return;
  }
  view.setBigUint64(16, (value >> 64n) & ALL_ONES_64);
  view.setBigUint64(8, (value >> 128n) & ALL_ONES_64);
  view.setBigUint64(0, value >> 192n);
}

export function readWord(bytes: Uint8Array, at: number): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, 32);
  const low = view.getBigUint64(24);
  const high = view.getBigUint64(0);
  const middleHigh = view.getBigUint64(8);
  const middleLow = view.getBigUint64(16);
  if (high === 0n && middleHigh === 0n) return middleLow === 0n ? low : (middleLow << 64n) | low;
  return (high << 192n) | (middleHigh << 128n) | (middleLow << 64n) | low;
}
