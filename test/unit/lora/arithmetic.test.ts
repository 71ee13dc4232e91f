import {describe, expect, it} from '@jest/globals';
import {bn254} from '@noble/curves/bn254.js';
import fc from 'fast-check';
import {SCALAR_FIELD_MODULUS as P} from '#precompiles/codec';
import {AFFINE, arithmetic, EXTENDED, generatorBytes, generators, MultiScalarSum, newScalar, scalarBytes, setScalar} from '#precompiles/lora';
import {referenceGenerator} from './reference.ts';

const {Point} = bn254.G1;
type Point = InstanceType<typeof Point>;
const scalars = fc.oneof(
  fc.bigInt({min: 0n, max: P - 1n}),
  fc.constantFrom(0n, 1n, 2n, P - 1n, P - 2n, (P - 1n) / 2n, (1n << 253n) - 1n, 1n << 253n, (1n << 29n) - 1n, 1n << 29n, (1n << 232n) - 1n),
);
const number = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);

function encode(point: Point): Uint8Array {
  if (point.is0()) return new Uint8Array(64);
  const {x, y} = point.toAffine();
  return Uint8Array.from(Buffer.from([x, y].map((value) => value.toString(16).padStart(64, '0')).join(''), 'hex'));
}

function multiple(factor: bigint): Point {
  const reduced = ((factor % P) + P) % P;
  return reduced === 0n ? Point.ZERO : Point.BASE.multiply(reduced);
}

describe('scalars', () => {
  it('add, subtract and multiply as integers modulo the order', () => {
    generators(32);
    const curve = arithmetic();
    fc.assert(
      fc.property(scalars, scalars, scalars, (x, y, z) => {
        curve.scoped(() => {
          const [a, b, c, out] = [newScalar(curve, x), newScalar(curve, y), newScalar(curve, z), curve.elements(1)];
          curve.wasm.frSub(out, a, b);
          curve.wasm.frSub(out, out, b);
          curve.wasm.frAdd(out, out, c);
          curve.wasm.frMul(out, out, out);
          expect(number(scalarBytes(curve, out))).toBe((((x - 2n * y + z) ** 2n) % P + P) % P);
          curve.wasm.frNeg(out, a);
          curve.wasm.frReduce(out);
          expect(number(scalarBytes(curve, out))).toBe((P - x) % P);
          curve.wasm.frSub(out, a, b);
          expect(curve.wasm.frIsZero(out)).toBe(x === y ? 1 : 0);
          for (const pointer of [a, b, c]) curve.wasm.frAdd(out, out, pointer);
          setScalar(curve, out, x);
          curve.wasm.frAdd(out, out, out);
          curve.wasm.frSub(out, out, a);
          curve.wasm.frSub(out, out, a);
          expect(curve.wasm.frIsZero(out)).toBe(1);
        });
      }),
      {numRuns: 300},
    );
  });

  it('are read below the order only', () => {
    const curve = arithmetic();
    curve.scoped(() => {
      const pointer = curve.elements(1);
      const word = (value: bigint): Uint8Array => Uint8Array.from(Buffer.from(value.toString(16).padStart(64, '0'), 'hex'));
      expect(curve.readScalar(pointer, word(P - 1n), 0)).toBe(true);
      expect(number(scalarBytes(curve, pointer))).toBe(P - 1n);
      for (const value of [P, P + 1n, (1n << 256n) - 1n]) expect(curve.readScalar(pointer, word(value), 0)).toBe(false);
    });
  });
});

describe('points', () => {
  it('add in pairs as in the group, equal, opposite and infinite ones too', () => {
    const curve = arithmetic();
    const factors = [0n, 1n, 2n, 3n, P - 1n, P - 2n, 12_345_678_901_234_567_890n];
    curve.scoped(() => {
      const at = factors.map((factor) => {
        const pointer = curve.zeroed(AFFINE);
        if (factor !== 0n) expect(curve.readPoint(pointer, encode(multiple(factor)), 0)).toBe(true);
        return pointer;
      });
      const cases = factors.flatMap((_, i) => factors.flatMap((__, j) => [0, 1, 2, 3].map((signs) => ({i, j, first: signs & 1, second: signs >> 1}))));
      const sums = cases.map(() => curve.allocate(AFFINE));
      curve.addPairs(cases.length, (n) => [at[cases[n]!.i]! | cases[n]!.first, at[cases[n]!.j]! | cases[n]!.second, sums[n]!]);
      const out = new Uint8Array(64);
      for (const [n, {i, j, first, second}] of cases.entries()) {
        curve.writePoint(out, 0, sums[n]!);
        const expected = multiple((first ? -1n : 1n) * factors[i]! + (second ? -1n : 1n) * factors[j]!);
        expect(Buffer.from(out).toString('hex')).toBe(Buffer.from(encode(expected)).toString('hex'));
      }
    });
  });

  it('sum with scalars as in the group, with tables and without', () => {
    const bases = generators(64);
    const curve = arithmetic();
    fc.assert(
      fc.property(fc.array(scalars, {minLength: 1, maxLength: 60}), (values) => {
        curve.scoped(() => {
          const [tabled, free] = [new MultiScalarSum(curve), new MultiScalarSum(curve)];
          values.forEach((value, i) => {
            const scalar = newScalar(curve, value);
            // Some points twice, so that sums meet equal points.
            tabled.addTabled(bases.entry(i >> 1), scalar);
            free.addPoint(bases.point(i >> 1), scalar);
          });
          const expected = values.reduce((sum, value, i) => (value === 0n ? sum : sum.add(referenceGenerator(2 + (i >> 1)).multiply(value))), Point.ZERO);
          for (const sum of [tabled, free]) {
            const [extended, affine, out] = [curve.allocate(EXTENDED), curve.allocate(AFFINE), new Uint8Array(64)];
            sum.sum(extended);
            curve.toAffine(affine, extended);
            curve.writePoint(out, 0, affine);
            expect(Buffer.from(out).toString('hex')).toBe(Buffer.from(encode(expected)).toString('hex'));
          }
        });
      }),
      {numRuns: 6},
    );
  });

  it('give memory back', () => {
    const curve = arithmetic();
    const before = curve.scoped(() => curve.allocate(8));
    expect(() => curve.scoped(() => { curve.allocate(1_000); throw new Error('inside'); })).toThrow('inside');
    expect(curve.scoped(() => curve.allocate(8))).toBe(before);
    expect(() => curve.scoped(() => curve.allocate(2 ** 31))).toThrow(/bytes of memory/);
  });
});

describe('generators', () => {
  it('are derived as the reference derives them', () => {
    for (const index of [0, 1, 2, 33, 65, 129]) {
      expect(Buffer.from(generatorBytes(index)).toString('hex')).toBe(Buffer.from(encode(referenceGenerator(index))).toString('hex'));
    }
  });
});
