/**
 * Writer of snarkjs's .zkey files: binary container version 1, protocol 1 (Groth16), ten sections.
 * Numbers are little-endian. Coordinates are in Montgomery form (x · 2^256 mod q), points affine, infinity all zero; the
 * coefficients of A and B are stored as value · 2^512 mod r, because snarkjs multiplies them as Montgomery numbers with
 * plain witness values and wants a Montgomery number out.
 * Format as read by snarkjs 0.7, src/zkey_utils.js and src/groth16_prove.js.
 */
import {BASE_FIELD_MODULUS as Q, SCALAR_FIELD_MODULUS as R} from '#precompiles/codec';
import {littleEndian} from './field.ts';

/** undefined is the point at infinity. */
export type AffineG1 = readonly [x: bigint, y: bigint] | undefined;
/** Real part first, as snarkjs and mcl write it. */
export type AffineG2 = readonly [x0: bigint, x1: bigint, y0: bigint, y1: bigint] | undefined;

export type Coefficient = {
  /** 0 is A, 1 is B. C is not stored: provers compute it as A · B. */
  readonly matrix: 0 | 1;
  readonly row: number;
  readonly wire: number;
  readonly value: bigint;
};

export type ZkeyContent = {
  readonly wireCount: number;
  readonly publicCount: number;
  readonly domainSize: number;
  readonly alpha1: AffineG1;
  readonly beta1: AffineG1;
  readonly beta2: AffineG2;
  readonly gamma2: AffineG2;
  readonly delta1: AffineG1;
  readonly delta2: AffineG2;
  readonly ic: readonly AffineG1[];
  readonly coefficients: readonly Coefficient[];
  readonly a: readonly AffineG1[];
  readonly b1: readonly AffineG1[];
  readonly b2: readonly AffineG2[];
  readonly c: readonly AffineG1[];
  readonly h: readonly AffineG1[];
};

const FIELD_BYTES = 32;
const MONTGOMERY_Q = (1n << 256n) % Q;
const MONTGOMERY_R_SQUARED = (1n << 512n) % R;
/** Length of the circuit digest in the contributions section; a set-up without ceremony has none. */
const DIGEST_BYTES = 64;

export function encodeZkey(content: ZkeyContent): Uint8Array {
  const sections: Uint8Array[] = [
    section(1, uint32(1)),
    section(2, concat([
      uint32(FIELD_BYTES), littleEndian(Q, FIELD_BYTES), uint32(FIELD_BYTES), littleEndian(R, FIELD_BYTES),
      uint32(content.wireCount), uint32(content.publicCount), uint32(content.domainSize),
      g1([content.alpha1, content.beta1]), g2([content.beta2, content.gamma2]), g1([content.delta1]), g2([content.delta2]),
    ])),
    section(3, g1(content.ic)),
    section(4, encodeCoefficients(content.coefficients)),
    section(5, g1(content.a)),
    section(6, g1(content.b1)),
    section(7, g2(content.b2)),
    section(8, g1(content.c)),
    section(9, g1(content.h)),
    section(10, concat([new Uint8Array(DIGEST_BYTES), uint32(0)])),
  ];
  return concat([Buffer.from('zkey', 'latin1'), uint32(1), uint32(sections.length), ...sections]);
}

function encodeCoefficients(coefficients: readonly Coefficient[]): Uint8Array {
  const size = 12 + FIELD_BYTES;
  const bytes = new Uint8Array(4 + coefficients.length * size);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, coefficients.length, true);
  for (const [index, {matrix, row, wire, value}] of coefficients.entries()) {
    const at = 4 + index * size;
    view.setUint32(at, matrix, true);
    view.setUint32(at + 4, row, true);
    view.setUint32(at + 8, wire, true);
    bytes.set(littleEndian((value * MONTGOMERY_R_SQUARED) % R, FIELD_BYTES), at + 12);
  }
  return bytes;
}

function g1(points: readonly AffineG1[]): Uint8Array {
  return encodePoints(points, 2);
}

function g2(points: readonly AffineG2[]): Uint8Array {
  return encodePoints(points, 4);
}

function encodePoints(points: readonly (readonly bigint[] | undefined)[], coordinates: number): Uint8Array {
  const bytes = new Uint8Array(points.length * coordinates * FIELD_BYTES);
  for (const [index, point] of points.entries()) {
    for (const [k, coordinate] of (point ?? []).entries()) {
      bytes.set(littleEndian((coordinate * MONTGOMERY_Q) % Q, FIELD_BYTES), (index * coordinates + k) * FIELD_BYTES);
    }
  }
  return bytes;
}

function section(id: number, body: Uint8Array): Uint8Array {
  const head = new Uint8Array(12);
  const view = new DataView(head.buffer);
  view.setUint32(0, id, true);
  view.setBigUint64(4, BigInt(body.length), true);
  return concat([head, body]);
}

function uint32(value: number): Uint8Array {
  return littleEndian(BigInt(value), 4);
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
