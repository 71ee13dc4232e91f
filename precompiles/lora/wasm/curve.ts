/**
 * Points of y² = x³ + 3 over BN254's base field.
 *
 * Affine: x, y (72 bytes), infinity is all zero. Extended Jacobian: X, Y, ZZ, ZZZ with x = X / ZZ, y = Y / ZZZ,
 * ZZ³ = ZZZ² (144 bytes), infinity has ZZ all zero; formulas madd-2008-s, add-2008-s, dbl-2008-s-1 of the Explicit-Formulas
 * Database (Sutherland). No formula has an exception left: equal and opposite points are told apart.
 *
 * Bounds, in multiples of p, for `mul` of field.ts: affine coordinates are reduced (0.51); X and Y of extended points are
 * differences of at most four products (5 and 3); everything multiplied stays below 10.
 */
import {
  add32, and32, equal32, get, i32, isZero32, leave, lessUnsigned32, load32, loopWhile, mul32, or32, set, store32, sub32, when,
} from './assembler.ts';
import type {Code, ModuleBuilder} from './assembler.ts';
import {ELEMENT, LIMBS} from './field.ts';

export const AFFINE = 2 * ELEMENT;
export const EXTENDED = 4 * ELEMENT;
/** A pair to be added: two points, and where the sum goes. Bit 0 of a point's address says that it is subtracted. */
export const PAIR = 12;
/** What `batchAdd` needs per pair: the difference of x, the product of those before, the kind of sum. */
export const PAIR_SCRATCH = 80;

/** Addresses that the functions use among themselves, and constants that are set at the start. */
export interface CurveMemory {
  /** Ten elements. */
  readonly temporaries: number;
  /** Two elements that only `batchAdd` uses, and one extended point. */
  readonly kept: number;
  readonly one: number;
  /** q − 2 as little-endian bytes, and its bits. */
  readonly inverseExponent: number;
  readonly inverseExponentBits: number;
}

const KIND = 2 * ELEMENT;
const ADD = 0;
const DOUBLE = 1;
const FIRST = 2;
const SECOND = 3;
const INFINITY = 4;

export function defineCurve(module: ModuleBuilder, memory: CurveMemory): void {
  const fp = fieldCalls(module);
  const temporary = (i: number): Code => i32(memory.temporaries + i * ELEMENT);
  const at = (local: number, element: number): Code => (element === 0 ? get(local) : add32(get(local), i32(element * ELEMENT)));

  module.define('isZeroElement', {params: 1, hasResult: true, body: isZero32(orOfLimbs(0, 0))});
  module.define('copyAffine', {params: 2, body: [...fp.copy(get(0), get(1)), ...fp.copy(at(0, 1), at(1, 1))]});
  module.define('extendedClear', {params: 1, body: Array.from({length: 4 * LIMBS}, (_, i) => store32(get(0), 4 * i, i32(0))).flat()});
  module.define('extendedCopy', {params: 2, body: [0, 1, 2, 3].flatMap((i) => fp.copy(at(0, i), at(1, i)))});

  // (z, p): z = 2 p.
  const [u, v, w, s, m, x3, y3] = [0, 1, 2, 3, 4, 5, 6].map(temporary) as [Code, Code, Code, Code, Code, Code, Code];
  module.define('extendedDouble', {params: 2, body: [
    ...when(module.call('isZeroElement', at(1, 2)), [...module.call('extendedClear', get(0)), ...leave]),
    ...fp.add(u, at(1, 1), at(1, 1)), ...fp.square(v, u), ...fp.mul(w, u, v), ...fp.mul(s, get(1), v),
    ...fp.square(m, get(1)), ...fp.add(x3, m, m), ...fp.add(m, m, x3),
    ...fp.square(x3, m), ...fp.sub(x3, x3, s), ...fp.sub(x3, x3, s),
    ...fp.sub(y3, s, x3), ...fp.mul(y3, m, y3), ...fp.mul(m, w, at(1, 1)), ...fp.sub(y3, y3, m),
    ...fp.mul(at(0, 2), v, at(1, 2)), ...fp.mul(at(0, 3), w, at(1, 3)),
    ...fp.copy(get(0), x3), ...fp.copy(at(0, 1), y3),
  ]});

  // (z, q): z = z + q for an affine q.
  const [p, r, pp, ppp, qx] = [0, 1, 2, 3, 4].map(temporary) as [Code, Code, Code, Code, Code];
  module.define('extendedAddAffine', {params: 2, body: [
    ...when(module.call('isZeroElement', at(1, 1)), leave),
    ...when(module.call('isZeroElement', at(0, 2)), [
      ...module.call('copyAffine', get(0), get(1)), ...fp.copy(at(0, 2), i32(memory.one)), ...fp.copy(at(0, 3), i32(memory.one)), ...leave,
    ]),
    ...fp.mul(p, get(1), at(0, 2)), ...fp.sub(p, p, get(0)),
    ...fp.mul(r, at(1, 1), at(0, 3)), ...fp.sub(r, r, at(0, 1)),
    ...equalOrOpposite(),
    ...fp.square(pp, p), ...fp.mul(ppp, p, pp), ...fp.mul(qx, get(0), pp),
    ...finishSum(at(0, 1)),
    ...fp.mul(at(0, 2), at(0, 2), pp), ...fp.mul(at(0, 3), at(0, 3), ppp),
    ...fp.copy(get(0), x3), ...fp.copy(at(0, 1), y3),
  ]});

  // (z, q): z = z + q, both extended.
  const [u1, s1] = [7, 8].map(temporary) as [Code, Code];
  module.define('extendedAdd', {params: 2, body: [
    ...when(module.call('isZeroElement', at(1, 2)), leave),
    ...when(module.call('isZeroElement', at(0, 2)), [...module.call('extendedCopy', get(0), get(1)), ...leave]),
    ...fp.mul(u1, get(0), at(1, 2)), ...fp.mul(p, get(1), at(0, 2)), ...fp.sub(p, p, u1),
    ...fp.mul(s1, at(0, 1), at(1, 3)), ...fp.mul(r, at(1, 1), at(0, 3)), ...fp.sub(r, r, s1),
    ...equalOrOpposite(),
    ...fp.square(pp, p), ...fp.mul(ppp, p, pp), ...fp.mul(qx, u1, pp),
    ...finishSum(s1),
    ...fp.mul(at(0, 2), at(0, 2), at(1, 2)), ...fp.mul(at(0, 2), at(0, 2), pp),
    ...fp.mul(at(0, 3), at(0, 3), at(1, 3)), ...fp.mul(at(0, 3), at(0, 3), ppp),
    ...fp.copy(get(0), x3), ...fp.copy(at(0, 1), y3),
  ]});

  /** p = 0: the points are equal (r = 0, double) or opposite. */
  function equalOrOpposite(): Code {
    return when(fp.isZero(p), [
      ...when(fp.isZero(r), module.call('extendedDouble', get(0), get(0)), module.call('extendedClear', get(0))),
      ...leave,
    ]);
  }

  /** x3 = r² − ppp − 2 qx, y3 = r (qx − x3) − y ppp. */
  function finishSum(y: Code): Code {
    return [
      ...fp.square(x3, r), ...fp.sub(x3, x3, ppp), ...fp.sub(x3, x3, qx), ...fp.sub(x3, x3, qx),
      ...fp.sub(y3, qx, x3), ...fp.mul(y3, r, y3), ...fp.mul(r, y, ppp), ...fp.sub(y3, y3, r),
    ];
  }

  // (z, buckets, count): z = Σ (i + 1) buckets[i], affine points, by sums of sums from the top.
  const running = i32(memory.kept + 2 * ELEMENT);
  const bucket = 3;
  module.define('sumBuckets', {params: 3, i32s: 1, body: [
    ...module.call('extendedClear', get(0)), ...module.call('extendedClear', running),
    ...set(bucket, add32(get(1), mul32(get(2), i32(AFFINE)))),
    ...loopWhile(lessUnsigned32(get(1), get(bucket)), [
      ...set(bucket, sub32(get(bucket), i32(AFFINE))),
      ...module.call('extendedAddAffine', running, get(bucket)),
      ...module.call('extendedAdd', get(0), running),
    ]),
  ]});

  defineBatchAdd(module, memory);
}

/** (pairs, count, scratch): all sums with one inversion (Montgomery's trick). A sum may go where one of its points is. */
function defineBatchAdd(module: ModuleBuilder, memory: CurveMemory): void {
  const fp = fieldCalls(module);
  const temporary = (i: number): Code => i32(memory.temporaries + i * ELEMENT);
  const [slope, x3, y3] = [2, 3, 4].map(temporary) as [Code, Code, Code];
  const [product, inverse] = [i32(memory.kept), i32(memory.kept + ELEMENT)];
  const [i, a, b, out, record, kind, end, ya, yb] = [3, 4, 5, 6, 7, 8, 9, 10, 11];
  const difference = get(record);
  const prefix = add32(get(record), i32(ELEMENT));
  /** Reads the address of a point and of its y, which is negated elsewhere if bit 0 says so. */
  const readPoint = (point: number, y: number, at: number): Code => [
    ...set(point, load32(get(i), at)),
    ...when(and32(get(point), i32(1)), [
      ...set(point, sub32(get(point), i32(1))),
      ...set(y, temporary(at / 4)), ...fp.neg(get(y), add32(get(point), i32(ELEMENT))),
    ], set(y, add32(get(point), i32(ELEMENT)))),
  ];
  const readPair: Code = [...readPoint(a, ya, 0), ...readPoint(b, yb, 4)];
  const classify: Code = [
    ...when(module.call('isZeroElement', get(ya)), set(kind, add32(i32(SECOND), module.call('isZeroElement', get(yb)))), [
      ...when(module.call('isZeroElement', get(yb)), set(kind, i32(FIRST)), [
        ...fp.sub(difference, get(b), get(a)),
        ...set(kind, i32(ADD)),
        ...when(fp.isZero(difference), [
          ...fp.sub(slope, get(ya), get(yb)),
          ...when(fp.isZero(slope), [...set(kind, i32(DOUBLE)), ...fp.add(difference, get(ya), get(ya))], set(kind, i32(INFINITY))),
        ]),
      ]),
    ]),
  ];
  const outY = add32(get(out), i32(ELEMENT));
  module.define('batchAdd', {params: 3, i32s: 9, body: [
    ...fp.copy(product, i32(memory.one)),
    ...set(i, get(0)), ...set(record, get(2)), ...set(end, add32(get(0), mul32(get(1), i32(PAIR)))),
    ...loopWhile(lessUnsigned32(get(i), get(end)), [
      ...readPair, ...classify,
      ...store32(get(record), KIND, get(kind)),
      ...when(lessUnsigned32(i32(DOUBLE), get(kind)), fp.copy(difference, i32(memory.one))),
      ...fp.copy(prefix, product), ...fp.mul(product, product, difference),
      ...set(i, add32(get(i), i32(PAIR))), ...set(record, add32(get(record), i32(PAIR_SCRATCH))),
    ]),
    ...module.call('fpPow', inverse, product, i32(memory.inverseExponent), i32(memory.inverseExponentBits)),
    ...loopWhile(lessUnsigned32(get(0), get(i)), [
      ...set(i, sub32(get(i), i32(PAIR))), ...set(record, sub32(get(record), i32(PAIR_SCRATCH))),
      ...readPair, ...set(out, load32(get(i), 8)), ...set(kind, load32(get(record), KIND)),
      ...when(lessUnsigned32(i32(DOUBLE), get(kind)), [
        ...when(equal32(get(kind), i32(FIRST)), [...fp.copy(get(out), get(a)), ...fp.copy(outY, get(ya))]),
        ...when(equal32(get(kind), i32(SECOND)), [...fp.copy(get(out), get(b)), ...fp.copy(outY, get(yb))]),
        ...when(equal32(get(kind), i32(INFINITY)), Array.from({length: 2 * LIMBS}, (_, limb) => store32(get(out), 4 * limb, i32(0))).flat()),
      ], [
        ...when(get(kind), [
          ...fp.square(slope, get(a)), ...fp.add(x3, slope, slope), ...fp.add(slope, slope, x3),
        ], fp.sub(slope, get(yb), get(ya))),
        ...fp.mul(prefix, prefix, inverse), ...fp.mul(inverse, inverse, difference),
        ...fp.mul(slope, slope, prefix),
        ...fp.square(x3, slope), ...fp.subSubReduce(x3, x3, get(a), get(b)),
        ...fp.sub(y3, get(a), x3), ...fp.mul(y3, slope, y3), ...fp.subReduce(outY, y3, get(ya)),
        ...fp.copy(get(out), x3),
      ]),
    ]),
  ]});
}

function orOfLimbs(local: number, offset: number): Code {
  let code = load32(get(local), offset);
  for (let limb = 1; limb < LIMBS; limb++) code = or32(code, load32(get(local), offset + 4 * limb));
  return code;
}

interface FieldCalls {
  square(z: Code, x: Code): Code;
  /** x − y, reduced. */
  subReduce(z: Code, x: Code, y: Code): Code;
  /** x − y − w, reduced. */
  subSubReduce(z: Code, x: Code, y: Code, w: Code): Code;
  mul(z: Code, x: Code, y: Code): Code;
  add(z: Code, x: Code, y: Code): Code;
  sub(z: Code, x: Code, y: Code): Code;
  neg(z: Code, x: Code): Code;
  copy(z: Code, x: Code): Code;
  reduce(x: Code): Code;
  isZero(x: Code): Code;
}

function fieldCalls(module: ModuleBuilder): FieldCalls {
  return {
    square: (z, x) => module.call('fpSquare', z, x),
    subReduce: (z, x, y) => module.call('fpSubReduce', z, x, y),
    subSubReduce: (z, x, y, w) => module.call('fpSubSubReduce', z, x, y, w),
    mul: (z, x, y) => module.call('fpMul', z, x, y),
    add: (z, x, y) => module.call('fpAdd', z, x, y),
    sub: (z, x, y) => module.call('fpSub', z, x, y),
    neg: (z, x) => module.call('fpNeg', z, x),
    copy: (z, x) => module.call('fpCopy', z, x),
    reduce: (x) => module.call('fpReduce', x),
    isZero: (x) => module.call('fpIsZero', x),
  };
}
