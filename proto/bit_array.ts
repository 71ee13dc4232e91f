/** Which validators' votes, or which parts, a peer has: CometBFT's BitArray on the wire. */
import {BIT_ARRAY_BITS_MAX} from './limits.ts';

/** `elems` holds bit i as bit (i mod 64) of element (i div 64); bits past `bits` are zero. */
export interface BitArray {
  readonly bits: number;
  readonly elems: readonly bigint[];
}

export function bitArrayFrom(bits: number, isSet: (index: number) => boolean): BitArray {
  const elems = new Array<bigint>(Math.ceil(bits / 64)).fill(0n);
  for (let i = 0; i < bits; i++) {
    if (isSet(i)) elems[i >> 6] = (elems[i >> 6] ?? 0n) | (1n << BigInt(i & 63));
  }
  return {bits, elems};
}

/** false past the end. */
export function bitArrayHas(array: BitArray, index: number): boolean {
  if (index < 0 || index >= array.bits) return false;
  return (((array.elems[index >> 6] ?? 0n) >> BigInt(index & 63)) & 1n) === 1n;
}

export function bitArrayIndexes(array: BitArray): number[] {
  return Array.from({length: array.bits}, (_, i) => i).filter((i) => bitArrayHas(array, i));
}

/** What is wrong with an array that a peer sent, or undefined. */
export function validateBitArrayBasic(array: BitArray): string | undefined {
  if (!Number.isInteger(array.bits) || array.bits < 0 || array.bits > BIT_ARRAY_BITS_MAX) return `bit array of ${array.bits} bits`;
  if (array.elems.length !== Math.ceil(array.bits / 64)) return `${array.elems.length} words for ${array.bits} bits`;
  return undefined;
}
