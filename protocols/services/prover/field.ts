/** Arithmetic modulo the order r of BN254's groups, for set-up and witnesses. */
import {randomBytes} from 'node:crypto';
import {SCALAR_FIELD_MODULUS as R} from '#precompiles/codec';

/** The multiplicative group of the field has a subgroup of order 2^28. */
export const TWO_ADICITY = 28;
/** Smallest quadratic non-residue; the roots of unity below are the ones that snarkjs takes. */
const NON_RESIDUE = 5n;

export function modulo(value: bigint): bigint {
  const rest = value % R;
  return rest < 0n ? rest + R : rest;
}

export function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let square = modulo(base), rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % R;
    square = (square * square) % R;
  }
  return result;
}

export function inverse(value: bigint): bigint {
  if (modulo(value) === 0n) throw new Error('zero has no inverse');
  return power(value, R - 2n);
}

/** Inverses of many non-zero elements at the price of one inversion (Montgomery's trick). */
export function inverses(values: readonly bigint[]): bigint[] {
  const prefix: bigint[] = [];
  let product = 1n;
  for (const value of values) {
    prefix.push(product);
    product = (product * value) % R;
  }
  const result = new Array<bigint>(values.length);
  let suffix = inverse(product);
  for (let index = values.length - 1; index >= 0; index--) {
    result[index] = (suffix * (prefix[index] as bigint)) % R;
    suffix = (suffix * (values[index] as bigint)) % R;
  }
  return result;
}

/** Primitive root of unity of order 2^log. */
export function rootOfUnity(log: number): bigint {
  if (log < 0 || log > TWO_ADICITY) throw new Error(`there is no root of unity of order 2^${log}`);
  return power(NON_RESIDUE, (R - 1n) >> BigInt(log));
}

/** Uniform in 1 … r - 1, from the operating system's generator. 384 bits make the bias negligible. */
export function randomScalar(): bigint {
  return (BigInt(`0x${randomBytes(48).toString('hex')}`) % (R - 1n)) + 1n;
}

/** Little-endian bytes of a non-negative integer. */
export function littleEndian(value: bigint, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let index = 0, rest = value; index < length; index++, rest >>= 8n) bytes[index] = Number(rest & 0xffn);
  return bytes;
}

export function fromLittleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
}
