/** 256-bit words between the stack (bigint), memory (big-endian bytes) and the state (hex). */
import type {Hash} from './types.ts';

export function wordToHash(value: bigint): Hash {
  return `0x${value.toString(16).padStart(64, '0')}`;
}

/** `at + 32` must lie within the view. */
export function writeWord(view: DataView, at: number, value: bigint): void {
  view.setBigUint64(at + 24, value);
  if (value <= 0xffff_ffff_ffff_ffffn) {
    view.setBigUint64(at + 16, 0n);
    view.setBigUint64(at + 8, 0n);
    view.setBigUint64(at, 0n);
    return;
  }
  view.setBigUint64(at + 16, value >> 64n);
  view.setBigUint64(at + 8, value >> 128n);
  view.setBigUint64(at, value >> 192n);
}

/** `at + 32` must lie within the view. */
export function readWord(view: DataView, at: number): bigint {
  const high = view.getBigUint64(at);
  const middleHigh = view.getBigUint64(at + 8);
  const middleLow = view.getBigUint64(at + 16);
  const low = view.getBigUint64(at + 24);
  if (high === 0n && middleHigh === 0n) return middleLow === 0n ? low : (middleLow << 64n) | low;
  return (((high << 64n) | middleHigh) << 128n) | (middleLow << 64n) | low;
}
