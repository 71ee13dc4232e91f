import {beforeAll, describe, expect, it} from '@jest/globals';
import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {NobleBLS, NobleBN254} from '@ethereumjs/evm';
import {bls12_381} from '@noble/curves/bls12-381.js';
import {p256} from '@noble/curves/nist.js';
import {BASE_FIELD_MODULUS, SCALAR_FIELD_MODULUS} from '#precompiles/codec';
import {loadBls12381} from '../../../precompiles/mcl/bls12-381.ts';
import type {Bls12381} from '../../../precompiles/mcl/bls12-381.ts';
import {loadBn254} from '../../../precompiles/mcl/bn254.ts';
import type {Bn254} from '../../../precompiles/mcl/bn254.ts';
import {loadP256} from '../../../precompiles/mcl/p256.ts';
import {G2_SIZE} from '../../../precompiles/mcl/module.ts';
import {bytes, concat, hex, patched, seededRandom, twistPointOutsideSubgroup, word} from './support.ts';

let bn254: Bn254;
let bls: Bls12381;
const nobleBn254 = new NobleBN254();
const nobleBls = new NobleBLS();

beforeAll(async () => {
  [bn254, bls] = await Promise.all([loadBn254(), loadBls12381()]);
});

/** Field elements of fixed value but no pattern. */
function number(seed: string, modulus: bigint): bigint {
  return BigInt(`0x${createHash('sha512').update(seed).digest('hex')}`) % modulus;
}

/** The value of both, or that both refuse. */
function expectSame(ours: () => Uint8Array, reference: () => Uint8Array): void {
  const outcome = (run: () => Uint8Array): string => {
    try {
      return hex(run());
    } catch {
      return 'refused';
    }
  };
  expect(outcome(ours)).toBe(outcome(reference));
}

const G1 = concat(word(1n), word(2n));
const INFINITY = new Uint8Array(64);
const G2 = bytes(
  '0x198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c21800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed' +
    '090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa',
);

function bn254Point(seed: string): Uint8Array {
  return bn254.multiply(concat(G1, word(number(seed, SCALAR_FIELD_MODULUS))));
}

describe('BN254 precompiles', () => {
  it('adds as noble does, doubling, opposites and infinity among it', () => {
    const p = bn254Point('p');
    const q = bn254Point('q');
    const minusP = patched(p, 32, word(BASE_FIELD_MODULUS - BigInt(hex(p.subarray(32)))));
    for (const [x, y] of [[p, q], [p, p], [p, minusP], [p, INFINITY], [INFINITY, INFINITY]] as const) {
      expectSame(() => bn254.add(concat(x, y)), () => nobleBn254.add(concat(x, y)));
    }
  });

  it('multiplies as noble does, by scalars of any size', () => {
    const scalars = [0n, 1n, 2n, SCALAR_FIELD_MODULUS - 1n, SCALAR_FIELD_MODULUS, SCALAR_FIELD_MODULUS + 5n, 2n ** 256n - 1n, 2n ** 255n];
    for (const scalar of [...scalars, ...['a', 'b', 'c'].map((seed) => number(seed, 2n ** 256n))]) {
      const input = concat(bn254Point(`m${scalar}`), word(scalar));
      expectSame(() => bn254.multiply(input), () => nobleBn254.mul(concat(input, new Uint8Array(32))));
    }
    expect(bn254.multiply(concat(INFINITY, word(5n)))).toEqual(INFINITY);
  });

  it('refuses what noble refuses', () => {
    const p = bn254Point('p');
    for (const bad of [
      concat(word(1n), word(1n)),
      concat(word(0n), word(1n)),
      concat(word(BASE_FIELD_MODULUS), word(0n)),
      concat(word(BASE_FIELD_MODULUS + 1n), word(2n)),
      concat(word(1n), word(BASE_FIELD_MODULUS + 2n)),
      new Uint8Array(64).fill(255),
    ]) {
      expect(() => bn254.add(concat(p, bad))).toThrow();
      expectSame(() => bn254.add(concat(p, bad)), () => nobleBn254.add(concat(p, bad)));
      expectSame(() => bn254.multiply(concat(bad, word(3n))), () => nobleBn254.mul(concat(bad, word(3n), new Uint8Array(32))));
    }
  });

  it('checks pairings as noble does', () => {
    const scalar = number('s', SCALAR_FIELD_MODULUS);
    const times = (by: bigint) => bn254.multiply(concat(G1, word(by)));
    const outside = twistPointOutsideSubgroup(9n);
    const cases = [
      new Uint8Array(0),
      concat(G1, G2),
      concat(INFINITY, G2),
      concat(G1, new Uint8Array(128)),
      concat(times(scalar), G2, times(SCALAR_FIELD_MODULUS - scalar), G2),
      concat(times(scalar), G2, times(scalar), G2),
      concat(times(3n), G2, times(4n), G2, times(SCALAR_FIELD_MODULUS - 7n), G2, INFINITY, G2),
      concat(G1, outside),
      concat(INFINITY, outside),
      concat(G1, patched(G2, 0, word(BASE_FIELD_MODULUS))),
      concat(G1, patched(G2, 0, word(5n))),
      concat(concat(word(1n), word(3n)), G2),
    ];
    for (const input of cases) {
      const run = () => word(bn254.pairingProductIsOne(input) ? 1n : 0n);
      expectSame(run, () => nobleBn254.pairing(input));
    }
    expect(() => bn254.pairingProductIsOne(concat(INFINITY, outside))).toThrow('subgroup');
    expect(() => bn254.pairingProductIsOne(new Uint8Array(191))).toThrow();
  });

  it('tells the subgroup as multiplication by the group order does', () => {
    const pointer = bn254.module._malloc(G2_SIZE);
    const expectAgreement = (encoded: Uint8Array, isMember: boolean) => {
      expect(bn254.readG2(pointer, encoded, 0)).toBe('point');
      expect(bn254.isInSubgroup(pointer)).toBe(isMember);
      expect(bn254.module._mclBnG2_isValidOrder(pointer)).toBe(isMember ? 1 : 0);
    };
    expectAgreement(G2, true);
    for (let i = 0n; i < 12n; i++) expectAgreement(twistPointOutsideSubgroup(1000n * i), false);
    bn254.module._free(pointer);
  });
});

const element48 = (value: bigint) => bytes(`0x${value.toString(16).padStart(128, '0')}`);

function blsG1(seed: string): Uint8Array {
  const {x, y} = bls12_381.G1.Point.BASE.multiply(number(seed, bls12_381.fields.Fr.ORDER)).toAffine();
  return concat(element48(x), element48(y));
}

function blsG2(seed: string): Uint8Array {
  const {x, y} = bls12_381.G2.Point.BASE.multiply(number(seed, bls12_381.fields.Fr.ORDER)).toAffine();
  return concat(element48(x.c0), element48(x.c1), element48(y.c0), element48(y.c1));
}

const P = bls12_381.fields.Fp.ORDER;

/** On the curve, with a component of the cofactor's order. */
function blsG1OutsideSubgroup(): Uint8Array {
  for (let x = 4n; ; x++) {
    const square = (x ** 3n + 4n) % P;
    const y = bls12_381.fields.Fp.pow(square, (P + 1n) / 4n);
    if ((y * y) % P === square) return concat(element48(x), element48(y));
  }
}

describe('BLS12-381 precompiles', () => {
  const fieldElements = [0n, 1n, 2n, P - 1n, number('f1', P), number('f2', P)];

  it('adds as noble does, outside the subgroup too', () => {
    const [p, q, stray] = [blsG1('p'), blsG1('q'), blsG1OutsideSubgroup()];
    const zero = new Uint8Array(128);
    const minusP = patched(p, 64, element48(P - BigInt(hex(p.subarray(64)))));
    for (const [x, y] of [[p, q], [p, p], [p, minusP], [p, zero], [zero, zero], [p, stray], [stray, stray]] as const) {
      expectSame(() => bls.addG1(concat(x, y)), () => nobleBls.addG1(concat(x, y)));
    }
    const [r, s] = [blsG2('r'), blsG2('s')];
    const zero2 = new Uint8Array(256);
    for (const [x, y] of [[r, s], [r, r], [r, zero2], [zero2, zero2]] as const) {
      expectSame(() => bls.addG2(concat(x, y)), () => nobleBls.addG2(concat(x, y)));
    }
  });

  it('multiplies and sums as noble does, with zeros, infinities and large scalars', () => {
    const order = bls12_381.fields.Fr.ORDER;
    const scalars = [0n, 1n, order - 1n, number('k1', order), number('k2', order)];
    const pairs1 = concat(...scalars.map((k, i) => concat(i === 3 ? new Uint8Array(128) : blsG1(`p${i}`), word(k))));
    const pairs2 = concat(...scalars.map((k, i) => concat(i === 3 ? new Uint8Array(256) : blsG2(`p${i}`), word(k))));
    expectSame(() => bls.msmG1(pairs1), () => nobleBls.msmG1(pairs1));
    expectSame(() => bls.msmG2(pairs2), () => nobleBls.msmG2(pairs2));
    // A scalar at or above the order counts modulo the order.
    expect(bls.msmG1(concat(blsG1('p'), word(order + 7n)))).toEqual(bls.msmG1(concat(blsG1('p'), word(7n))));
    expect(bls.msmG1(concat(blsG1('p'), word(order)))).toEqual(new Uint8Array(128));
  });

  it('maps field elements as noble does', () => {
    for (const x of fieldElements) {
      expectSame(() => bls.mapFPtoG1(element48(x)), () => nobleBls.mapFPtoG1(element48(x)));
      for (const y of [0n, 1n, number('f3', P)]) {
        const input = concat(element48(x), element48(y));
        expectSame(() => bls.mapFP2toG2(input), () => nobleBls.mapFP2toG2(input));
      }
    }
    expect(() => bls.mapFPtoG1(element48(P))).toThrow();
  });

  it('checks pairings as noble does', () => {
    const [p, q] = [blsG1('p'), blsG2('q')];
    const minusP = patched(p, 64, element48(P - BigInt(hex(p.subarray(64)))));
    for (const input of [
      concat(p, q),
      concat(p, q, minusP, q),
      concat(p, q, p, q),
      concat(new Uint8Array(128), q),
      concat(p, new Uint8Array(256)),
      concat(blsG1OutsideSubgroup(), q),
      concat(patched(p, 64, element48(5n)), q),
    ]) {
      expectSame(() => bls.pairingCheck(input), () => nobleBls.pairingCheck(input));
    }
  });

  it('refuses damaged points as noble does', () => {
    const random = seededRandom(3);
    const [p, q] = [blsG1('p'), blsG2('q')];
    for (let i = 0; i < 20; i++) {
      const damaged = Uint8Array.from(i % 2 === 0 ? p : q);
      damaged[64 * random(damaged.length / 64) + 16 + random(48)]! ^= 1 << random(8);
      if (i % 2 === 0) expect(() => bls.addG1(concat(p, damaged))).toThrow();
      else expect(() => bls.addG2(concat(q, damaged))).toThrow();
    }
  });
});

describe('P-256 signatures', () => {
  const signed = (seed: string) => {
    const [secret, digest] = [`secret ${seed}`, `digest ${seed}`].map((text) => Uint8Array.from(createHash('sha256').update(text).digest()));
    const signature = p256.sign(digest!, secret!, {prehash: false, lowS: false});
    return concat(digest!, signature, p256.getPublicKey(secret!, false).subarray(1));
  };
  const nobleSays = (input: Uint8Array): boolean => {
    try {
      const key = concat(Uint8Array.of(4), input.subarray(96));
      return p256.verify(input.subarray(32, 96), input.subarray(0, 32), key, {prehash: false, lowS: false});
    } catch {
      return false;
    }
  };

  it('hold and fail as noble says', async () => {
    const curve = await loadP256();
    const random = seededRandom(5);
    for (let i = 0; i < 20; i++) {
      const input = signed(String(i));
      expect(curve.verify(input)).toBe(true);
      const damaged = Uint8Array.from(input);
      damaged[random(160)]! ^= 1 << random(8);
      expect([i, curve.verify(damaged)]).toEqual([i, nobleSays(damaged)]);
    }
  });

  it('hold for both of s and −s, and never for values out of range', async () => {
    const curve = await loadP256();
    const input = signed('range');
    const order = p256.Point.Fn.ORDER;
    const s = BigInt(hex(input.subarray(64, 96)));
    expect(curve.verify(patched(input, 64, word(order - s)))).toBe(true);
    for (const offset of [32, 64]) {
      for (const value of [0n, order, 2n ** 256n - 1n]) expect(curve.verify(patched(input, offset, word(value)))).toBe(false);
    }
    expect(curve.verify(patched(input, 96, new Uint8Array(64)))).toBe(false);
    expect(curve.verify(patched(input, 96, word(p256.Point.Fp.ORDER)))).toBe(false);
    expect(curve.verify(input.subarray(0, 159))).toBe(false);
    expect(curve.verify(concat(input, new Uint8Array(1)))).toBe(false);
    // u1·G + u2·Q at infinity: the digest is −r times the secret.
    const secret = 12_345n;
    const {x, y} = p256.Point.BASE.multiply(secret).toAffine();
    const cancelling = concat(word((order - ((7n * secret) % order)) % order), word(7n), word(9n), word(x), word(y));
    expect(curve.verify(cancelling)).toBe(false);
    // A digest at or above the order counts modulo the order.
    const digest = BigInt(hex(input.subarray(0, 32)));
    if (digest + order < 2n ** 256n) expect(curve.verify(patched(input, 0, word(digest + order)))).toBe(true);
  });
});

describe('KZG openings', () => {
  const setup = JSON.parse(readFileSync(join(import.meta.dirname, '../../../node_modules/viem/trusted-setups/mainnet.json'), 'utf8')) as {
    g1_monomial: string[];
  };
  const order = bls12_381.fields.Fr.ORDER;

  /** Commitment to Σ coefficient · Xⁱ, and the proof of its value at z: the quotient by X − z, committed. */
  function opening(coefficients: readonly bigint[], z: bigint): {commitment: Uint8Array; y: Uint8Array; proof: Uint8Array} {
    const commit = (polynomial: readonly bigint[]) =>
      polynomial.reduce(
        (sum, c, i) => (c === 0n ? sum : sum.add(bls12_381.G1.Point.fromHex(setup.g1_monomial[i]!.slice(2)).multiply(c))),
        bls12_381.G1.Point.ZERO,
      );
    const quotient = new Array<bigint>(Math.max(coefficients.length - 1, 0)).fill(0n);
    let carry = 0n;
    for (let i = coefficients.length - 1; i > 0; i--) {
      carry = (coefficients[i]! + carry * z) % order;
      quotient[i - 1] = carry;
    }
    const y = (coefficients[0]! + carry * z) % order;
    return {commitment: commit(coefficients).toBytes(true), y: word(y), proof: commit(quotient).toBytes(true)};
  }

  it('accepts true openings against the setup of the ceremony, constants and zero among them', () => {
    for (const [coefficients, z] of [[[3n, 1n, 4n, 1n, 5n], 9n], [[7n], 2n], [[0n], 0n], [[0n, 1n], 5n]] as const) {
      const {commitment, y, proof} = opening(coefficients, z);
      expect(bls.verifyOpening(commitment, word(z), y, proof)).toBe(true);
    }
  });

  it('refuses false ones, and throws on malformed ones', () => {
    const {commitment, y, proof} = opening([3n, 1n, 4n], 9n);
    expect(bls.verifyOpening(commitment, word(10n), y, proof)).toBe(false);
    expect(bls.verifyOpening(commitment, word(9n), word(1n), proof)).toBe(false);
    expect(bls.verifyOpening(proof, word(9n), y, commitment)).toBe(false);
    expect(() => bls.verifyOpening(commitment, word(order), y, proof)).toThrow();
    expect(() => bls.verifyOpening(commitment, word(9n), word(order), proof)).toThrow();
    expect(() => bls.verifyOpening(patched(commitment, 0, Uint8Array.of(0x00)), word(9n), y, proof)).toThrow();
    expect(() => bls.verifyOpening(new Uint8Array(48).fill(0xff), word(9n), y, proof)).toThrow();
    expect(() => bls.verifyOpening(patched(new Uint8Array(48), 0, Uint8Array.of(0xe0)), word(9n), y, proof)).toThrow();
    expect(() => bls.verifyOpening(commitment.subarray(1), word(9n), y, proof)).toThrow();
  });
});
