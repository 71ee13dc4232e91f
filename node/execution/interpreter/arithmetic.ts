/** Instructions on words that take more than one operator. Words are unsigned; each function keeps them below 2^256. */

const SIGN_BIT = 1n << 255n;
const ALL_ONES = (1n << 256n) - 1n;
/** Bits of the exponent taken at a time. */
const WINDOW_BITS = 4n;

const float = new Float64Array(1);
const floatBits = new Uint32Array(float.buffer);
/** Of the half that holds the exponent. */
const HIGH_HALF = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 1 : 0;

export function signedDivide(a: bigint, b: bigint): bigint {
  if (b === 0n) return 0n;
  return BigInt.asUintN(256, BigInt.asIntN(256, a) / BigInt.asIntN(256, b));
}

export function signedModulo(a: bigint, b: bigint): bigint {
  if (b === 0n) return 0n;
  return BigInt.asUintN(256, BigInt.asIntN(256, a) % BigInt.asIntN(256, b));
}

/** Modulo 2^256. */
export function power(base: bigint, exponent: bigint): bigint {
  if (exponent <= 0xffffn) return smallPower(base, Number(exponent));
  if (base === 2n) return exponent > 255n ? 0n : 1n << exponent;
  const powers = new Array<bigint>(16);
  powers[0] = 1n;
  for (let i = 1; i < 16; i++) powers[i] = BigInt.asUintN(256, powers[i - 1]! * base);
  const digits = exponent.toString(16);
  let result = 1n;
  for (let i = 0; i < digits.length; i++) {
    if (i > 0) for (let bit = 0n; bit < WINDOW_BITS; bit++) result = BigInt.asUintN(256, result * result);
    const digit = parseInt(digits[i]!, 16);
    if (digit !== 0) result = BigInt.asUintN(256, result * powers[digit]!);
  }
  return result;
}

/** Two bits of the exponent at a time. */
function smallPower(base: bigint, exponent: number): bigint {
  if (exponent === 0) return 1n;
  const square = exponent === 1 ? 0n : BigInt.asUintN(256, base * base);
  const powers = [1n, base, square, exponent < 3 ? 0n : BigInt.asUintN(256, square * base)];
  let shift = 14;
  while (exponent >> shift === 0) shift -= 2;
  let result = powers[exponent >> shift]!;
  while ((shift -= 2) >= 0) {
    result = BigInt.asUintN(256, result * result);
    result = BigInt.asUintN(256, result * result);
    const digit = (exponent >> shift) & 3;
    if (digit !== 0) result = BigInt.asUintN(256, result * powers[digit]!);
  }
  return result;
}

/** Bytes of the shortest form of a word. */
export function byteLength(word: bigint): number {
  return word === 0n ? 0 : (bitLength(word) + 7) >> 3;
}

/** By the exponent of the nearest double, which rounding may have raised by one. */
export function bitLength(word: bigint): number {
  if (word === 0n) return 0;
  float[0] = Number(word);
  const exponent = (floatBits[HIGH_HALF]! >>> 20) - 1023;
  return word >> BigInt(exponent) === 0n ? exponent : exponent + 1;
}

/** @param index of the byte that holds the sign, from the lowest. */
export function signExtend(index: bigint, word: bigint): bigint {
  return index >= 31n ? word : BigInt.asUintN(256, BigInt.asIntN(8 * (Number(index) + 1), word));
}

/** @param index from the highest. */
export function byteAt(index: bigint, word: bigint): bigint {
  return index > 31n ? 0n : (word >> BigInt(248 - 8 * Number(index))) & 0xffn;
}

export function shiftLeft(shift: bigint, word: bigint): bigint {
  return shift > 255n ? 0n : BigInt.asUintN(256, word << shift);
}

export function shiftRight(shift: bigint, word: bigint): bigint {
  return shift > 255n ? 0n : word >> shift;
}

export function shiftRightSigned(shift: bigint, word: bigint): bigint {
  if (word < SIGN_BIT) return shift > 255n ? 0n : word >> shift;
  return shift > 255n ? ALL_ONES : BigInt.asUintN(256, BigInt.asIntN(256, word) >> shift);
}
