/** Loops over vectors of scalars: what the verifier does per value, so that a call from outside is made once per vector. */
import {
  add32, add64, and64, get, i32, i64, load16As64, load32As64, load64, loopWhile, lessUnsigned32, mul32, mul64, set, shl32,
  shr64, store64As32, sub32, when, and32, equal32,
} from './assembler.ts';
import type {Code, ModuleBuilder} from './assembler.ts';
import {ELEMENT, LIMB_BITS, LIMBS} from './field.ts';

/** Limbs of a 128-bit weight. */
const WEIGHT_LIMBS = 5;
/** Limbs of a weighted sum: 128 bits of weight, 53 of value, 16 of count. */
const SUM_LIMBS = 7;
/** Rows after which sums of products of 58 bits are carried on. */
const ROWS_PER_CARRY = 16;
const MASK = (1n << BigInt(LIMB_BITS)) - 1n;

/** `scratch` is one element. */
export function defineVectors(module: ModuleBuilder, scratch: number): void {
  const element = i32(ELEMENT);
  const next = (local: number): Code => set(local, add32(get(local), element));
  const [mul, add, sub, reduce, copy] = ['frMul', 'frAdd', 'frSub', 'frReduce', 'frCopy'].map(
    (name) => (...args: Code[]) => module.call(name, ...args),
  ) as [Operation, Operation, Operation, Operation, Operation];
  const product = i32(scratch);
  const end = 4;

  // (z, xs, ys, n): z = Σ xs[i] ys[i] / R. z is in neither vector.
  module.define('frInner', {params: 4, i32s: 1, body: [
    ...Array.from({length: LIMBS}, (_, i) => store64As32(get(0), 4 * i, i64(0n))).flat(),
    ...set(end, add32(get(1), mul32(get(3), element))),
    ...loopWhile(lessUnsigned32(get(1), get(end)), [
      ...mul(product, get(1), get(2)), ...add(get(0), get(0), product), ...reduce(get(0)), ...next(1), ...next(2),
    ]),
  ]});

  // (zs, xs, s, n): zs[i] += xs[i] s / R. s is in neither vector.
  module.define('frAddScaled', {params: 4, i32s: 1, body: [
    ...set(end, add32(get(1), mul32(get(3), element))),
    ...loopWhile(lessUnsigned32(get(1), get(end)), [
      ...mul(product, get(1), get(2)), ...add(get(0), get(0), product), ...reduce(get(0)), ...next(0), ...next(1),
    ]),
  ]});

  // (zs, xs, s, n): zs[i] = xs[i] s / R.
  module.define('frScale', {params: 4, i32s: 1, body: [
    ...set(end, add32(get(1), mul32(get(3), element))),
    ...loopWhile(lessUnsigned32(get(1), get(end)), [...mul(get(0), get(1), get(2)), ...next(0), ...next(1)]),
  ]});

  // (table, n, s): of each of n products e makes e (1 − s), e s: the next, less significant bit of the index.
  const [i, source] = [3, 5];
  module.define('frExtendEq', {params: 3, i32s: 3, body: [
    ...set(i, get(1)),
    ...loopWhile(get(i), [
      ...set(i, sub32(get(i), i32(1))),
      ...set(source, add32(get(0), mul32(get(i), element))),
      ...set(end, add32(get(0), mul32(shl32(get(i), i32(1)), element))),
      ...mul(product, get(source), get(2)),
      ...sub(get(end), get(source), product), ...reduce(get(end)),
      ...copy(add32(get(end), element), product),
    ]),
  ]});

  // (xs, half, s): xs[i] += (xs[i + half] − xs[i]) s: the most significant bit of the index is bound to s.
  const other = 3;
  module.define('frFold', {params: 3, i32s: 2, body: [
    ...set(other, add32(get(0), mul32(get(1), element))), ...set(end, get(other)),
    ...loopWhile(lessUnsigned32(get(0), get(end)), [
      ...sub(product, get(other), get(0)), ...mul(product, product, get(2)), ...add(get(0), get(0), product), ...reduce(get(0)),
      ...next(0), ...next(other),
    ]),
  ]});

  module.define('collapse16', {params: 5, i32s: 4, i64s: SUM_LIMBS + 2, body: collapse(1)});
  module.define('collapse64', {params: 5, i32s: 4, i64s: SUM_LIMBS + 2, body: collapse(3)});
}

/**
 * (sums, values, weights, rows, columns): sums[c] = Σ_t weights[t] values[t][c], as plain integers of nine limbs.
 * Values are little-endian of 2^shift bytes, row by row: two bytes (signed), or eight that hold less than 2^53 in absolute
 * value; weights are elements below 2^128.
 */
function collapse(shift: 1 | 3): Code {
  const [value, weight, row, column] = [5, 6, 7, 8];
  const [sum, low, high] = [9, 9 + SUM_LIMBS, 10 + SUM_LIMBS];
  const accumulate = (limb: number, factor: Code, k: number): Code =>
    set(sum + limb, add64(get(sum + limb), mul64(factor, load32As64(get(weight), 4 * k))));
  const carry: Code = Array.from({length: SUM_LIMBS - 1}, (_, k) => [
    ...set(sum + k + 1, add64(get(sum + k + 1), shr64(get(sum + k), i64(BigInt(LIMB_BITS))))),
    ...set(sum + k, and64(get(sum + k), i64(MASK))),
  ]).flat();
  const weights = Array.from({length: WEIGHT_LIMBS}, (_, k) => k);
  const terms: Code = shift === 1
    ? [...set(low, load16As64(get(value))), ...weights.flatMap((k) => accumulate(k, get(low), k))]
    : [
        ...set(low, load64(get(value))), ...set(high, shr64(get(low), i64(BigInt(LIMB_BITS)))), ...set(low, and64(get(low), i64(MASK))),
        ...weights.flatMap((k) => [...accumulate(k, get(low), k), ...accumulate(k + 1, get(high), k)]),
        ...when(equal32(and32(get(row), i32(ROWS_PER_CARRY - 1)), i32(ROWS_PER_CARRY - 1)), carry),
      ];
  return [
    ...set(column, i32(0)),
    ...loopWhile(lessUnsigned32(get(column), get(4)), [
      ...Array.from({length: SUM_LIMBS}, (_, k) => set(sum + k, i64(0n))).flat(),
      ...set(value, add32(get(1), shl32(get(column), i32(shift)))), ...set(weight, get(2)), ...set(row, i32(0)),
      ...loopWhile(lessUnsigned32(get(row), get(3)), [
        ...terms,
        ...set(value, add32(get(value), shl32(get(4), i32(shift)))), ...set(weight, add32(get(weight), i32(ELEMENT))),
        ...set(row, add32(get(row), i32(1))),
      ]),
      ...carry,
      ...Array.from({length: SUM_LIMBS}, (_, k) => store64As32(get(0), 4 * k, get(sum + k))).flat(),
      // The sign goes on through the limbs above.
      ...store64As32(get(0), 4 * (SUM_LIMBS - 1), and64(get(sum + SUM_LIMBS - 1), i64(MASK))),
      ...set(low, shr64(get(sum + SUM_LIMBS - 1), i64(BigInt(LIMB_BITS)))),
      ...store64As32(get(0), 4 * SUM_LIMBS, and64(get(low), i64(MASK))),
      ...store64As32(get(0), 4 * (SUM_LIMBS + 1), shr64(get(low), i64(BigInt(LIMB_BITS)))),
      ...set(0, add32(get(0), i32(ELEMENT))),
      ...set(column, add32(get(column), i32(1))),
    ]),
  ];
}

type Operation = (...args: Code[]) => Code;
