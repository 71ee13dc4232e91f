/** The scalar field of BN254, in which circuits compute, and how 256-bit integers stand in it. */
import {CodecError} from './errors.ts';

/** r: modulus of the scalar field, order of the groups (EIP-197). */
export const SCALAR_FIELD_MODULUS = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;
/** q: modulus of the base field, of which coordinates of points are elements (EIP-197). */
export const BASE_FIELD_MODULUS = 21888242871839275222246405745257275088696311157297823662689037894645226208583n;

const LARGEST_POSITIVE = (SCALAR_FIELD_MODULUS - 1n) / 2n;

/**
 * An `int256` as a field element: x, or r − |x| when x is negative.
 * Throws `CodecError` when |x| > (r − 1) / 2, since the element would then stand for another integer.
 */
export function intToField(value: bigint): bigint {
  if (value > LARGEST_POSITIVE || value < -LARGEST_POSITIVE) {
    throw new CodecError('outOfRange', 'value', `${value} has no element of its own in the scalar field`);
  }
  return value < 0n ? SCALAR_FIELD_MODULUS + value : value;
}

/** The inverse of `intToField`: elements above (r − 1) / 2 are negative. Throws `CodecError` outside 0 … r − 1. */
export function fieldToInt(element: bigint): bigint {
  if (element < 0n || element >= SCALAR_FIELD_MODULUS) {
    throw new CodecError('outOfRange', 'element', `${element} is not in the scalar field`);
  }
  return element > LARGEST_POSITIVE ? element - SCALAR_FIELD_MODULUS : element;
}
