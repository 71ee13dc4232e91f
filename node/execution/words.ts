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

/** `at + 32` must lie within the view. Most words are small: those are looked at without making bigints of their zeros. */
export function readWord(view: DataView, at: number): bigint {
  if ((view.getInt32(at) | view.getInt32(at + 4) | view.getInt32(at + 8) | view.getInt32(at + 12)) === 0) {
    if ((view.getInt32(at + 16) | view.getInt32(at + 20)) !== 0) return (view.getBigUint64(at + 16) << 64n) | view.getBigUint64(at + 24);
    return view.getInt32(at + 24) === 0 ? BigInt(view.getUint32(at + 28)) : view.getBigUint64(at + 24);
  }
  return (((view.getBigUint64(at) << 64n) | view.getBigUint64(at + 8)) << 128n) | (view.getBigUint64(at + 16) << 64n) | view.getBigUint64(at + 24);
}
