/**
 * Arithmetic modulo a prime of 254 bits on nine limbs of 29 bits, little-endian, an i32 each: 36 bytes. Montgomery form
 * with R = 2^261. The limbs below the top are in [0, 2^29); the top limb is signed, so a value may be negative and
 * a subtraction needs no multiple of the modulus.
 *
 * Bounds. A product of nine limbs and its reduction sum 18 products below 2^58 in a signed i64, without a carry between
 * rows. `mul` takes |x|, |y| < 10 p and answers a value in (−0.6 p, 1.6 p), since p / R < 2^−7; between two multiplications
 * values may thus be added and subtracted a few times. `reduce` brings |x| < 2^260 to at most 0.51 p.
 */
import {
  add32, add64, and32, and64, equal32, extend, get, i32, i64, isZero32, isZero64, leave, load32, load32As64, loopWhile, mul32, mul64,
  nearestQuotient, notEqual32, set, shr32, shr64, store32, store64As32, sub32, sub64, when,
} from './assembler.ts';
import type {Code, ModuleBuilder} from './assembler.ts';

export const LIMBS = 9;
export const LIMB_BITS = 29;
/** Bytes of a field element in memory. */
export const ELEMENT = 4 * LIMBS;

const MASK = 2 ** LIMB_BITS - 1;
const MASK_64 = BigInt(MASK);
const TOP = LIMBS - 1;
const limbIndices = Array.from({length: LIMBS}, (_, i) => i);

export function limbsOf(value: bigint): bigint[] {
  return limbIndices.map((i) => (i === TOP ? value >> BigInt(TOP * LIMB_BITS) : (value >> BigInt(i * LIMB_BITS)) & MASK_64));
}

/** Defines `PREFIXMul`, `Square`, `Add`, `Sub`, `SubReduce`, `SubSubReduce`, `Neg`, `Reduce`, `IsZero`, `Copy` and `Pow`. `scratch` is an element that Pow may use. */
export function defineField(module: ModuleBuilder, prefix: string, modulus: bigint, scratch: number): void {
  const limbs = limbsOf(modulus);
  const topLimb = Number(limbs[TOP]);
  module.define(`${prefix}Mul`, {params: 3, i64s: 3 * LIMBS + 1, body: multiplication(limbs, negativeInverse(modulus))});
  module.define(`${prefix}Square`, {params: 2, i64s: 3 * LIMBS + 1, body: multiplication(limbs, negativeInverse(modulus), true)});
  module.define(`${prefix}Add`, {params: 3, i32s: 1, body: limbwise((i) => add32(load32(get(1), 4 * i), load32(get(2), 4 * i)))});
  module.define(`${prefix}Sub`, {params: 3, i32s: 1, body: limbwise((i) => sub32(load32(get(1), 4 * i), load32(get(2), 4 * i)))});
  module.define(`${prefix}Neg`, {params: 2, i32s: 1, body: limbwise((i) => sub32(i32(0), load32(get(1), 4 * i)), 2)});
  module.define(`${prefix}Copy`, {params: 2, body: limbIndices.flatMap((i) => store32(get(0), 4 * i, load32(get(1), 4 * i)))});
  const difference = (i: number, last: number): Code =>
    Array.from({length: last - 1}, (_, k) => k + 2).reduce<Code>((left, local) => sub32(left, load32(get(local), 4 * i)), load32(get(1), 4 * i));
  module.define(`${prefix}Reduce`, {params: 1, i64s: 2, body: reduction(limbs, topLimb, (i) => load32(get(0), 4 * i), 1)});
  module.define(`${prefix}SubReduce`, {params: 3, i64s: 2, body: reduction(limbs, topLimb, (i) => difference(i, 2), 3)});
  module.define(`${prefix}SubSubReduce`, {params: 4, i64s: 2, body: reduction(limbs, topLimb, (i) => difference(i, 3), 4)});
  module.define(`${prefix}IsZero`, {params: 1, hasResult: true, i32s: 1, i64s: 1, body: zeroTest(limbs, topLimb)});
  module.define(`${prefix}Pow`, {params: 4, i32s: 1, body: power(module, prefix, scratch)});
}

/** −p⁻¹ mod 2^29, by Newton's iteration. */
function negativeInverse(modulus: bigint): bigint {
  let inverse = 1n;
  for (let bits = 1; bits < LIMB_BITS; bits *= 2) inverse = (inverse * (2n - modulus * inverse)) & MASK_64;
  return (MASK_64 + 1n - inverse) & MASK_64;
}

/**
 * (z, x, y): z = x y / R, operand scanning with the reduction of each row at once (CIOS without carries). A square
 * (z, x) takes each product of two limbs once, doubled.
 */
function multiplication(modulus: readonly bigint[], factor: bigint, isSquare = false): Code {
  const first = isSquare ? 2 : 3;
  const [x, y, t, q] = [first, first + LIMBS, first + 2 * LIMBS, first + 3 * LIMBS];
  const code: number[] = [];
  for (const i of limbIndices) {
    code.push(...set(x + i, load32As64(get(1), 4 * i)));
    code.push(...set(y + i, isSquare ? add64(get(x + i), get(x + i)) : load32As64(get(2), 4 * i)));
  }
  for (const row of limbIndices) {
    // Instead of shifting the sums down after a row, their names go round.
    const sum = (j: number): number => t + ((row + j) % LIMBS);
    const products = Array.from({length: LIMBS}, (_, j): Code[] => (isSquare ? squareProducts(x, y, row, j) : [mul64(get(x + row), get(y + j))]));
    for (const j of limbIndices) {
      const isFresh = row === 0 || j === TOP;
      const [head, ...rest] = isFresh ? products[j]! : [get(sum(j)), ...products[j]!];
      code.push(...set(sum(j), rest.reduce<Code>((left, right) => add64(left, right), head ?? i64(0n))));
    }
    code.push(...set(q, and64(mul64(get(sum(0)), i64(factor)), i64(MASK_64))));
    for (const j of limbIndices.slice(1)) code.push(...set(sum(j), add64(get(sum(j)), mul64(get(q), i64(modulus[j]!)))));
    const carry = shr64(add64(get(sum(0)), mul64(get(q), i64(modulus[0]!))), i64(BigInt(LIMB_BITS)));
    code.push(...set(sum(1), add64(get(sum(1)), carry)));
  }
  // Nine rows took nine limbs away: the top one of the result is what is carried into it.
  code.push(...set(t + TOP, i64(0n)));
  for (const i of limbIndices.slice(0, TOP)) {
    code.push(...store64As32(get(0), 4 * i, and64(get(t + i), i64(MASK_64))));
    code.push(...set(t + i + 1, add64(get(t + i + 1), shr64(get(t + i), i64(BigInt(LIMB_BITS))))));
  }
  code.push(...store64As32(get(0), 4 * TOP, get(t + TOP)));
  return code;
}

/** Products of weight row + j that a square adds in this row: x_row² and x_row · 2 x_k for k > row. */
function squareProducts(x: number, doubled: number, row: number, j: number): Code[] {
  if (j === row) return [mul64(get(x + row), get(x + row))];
  return j > row ? [mul64(get(x + row), get(doubled + j))] : [];
}

/** Stores at local 0 the sums of `term`, carrying from limb to limb; `carry` is the local after the parameters. */
function limbwise(term: (i: number) => Code, carry = 3): Code {
  return limbIndices.flatMap((i) => {
    const sum = i === 0 ? term(i) : add32(term(i), get(carry));
    if (i === TOP) return store32(get(0), 4 * i, sum);
    return [...set(carry, sum), ...store32(get(0), 4 * i, and32(get(carry), i32(MASK))), ...set(carry, shr32(get(carry), i32(LIMB_BITS)))];
  });
}

/** Stores at local 0 the value with these limbs, less the multiple of p nearest to it as the top limb tells. Limbs may be small sums. */
function reduction(modulus: readonly bigint[], topLimb: number, limb: (i: number) => Code, first: number): Code {
  const [multiple, carry] = [first, first + 1];
  return [
    ...set(multiple, extend(nearestQuotient(limb(TOP), topLimb))),
    ...limbIndices.flatMap((i) => {
      const difference = sub64(extend(limb(i)), mul64(get(multiple), i64(modulus[i]!)));
      const sum = i === 0 ? difference : add64(difference, get(carry));
      if (i === TOP) return store64As32(get(0), 4 * i, sum);
      return [
        ...set(carry, sum),
        ...store64As32(get(0), 4 * i, and64(get(carry), i64(MASK_64))),
        ...set(carry, shr64(get(carry), i64(BigInt(LIMB_BITS)))),
      ];
    }),
  ];
}

/** (x): whether p divides x. Mostly decided by one limb. */
function zeroTest(modulus: readonly bigint[], topLimb: number): Code {
  const [multiple, carry] = [1, 2];
  return [
    ...set(multiple, nearestQuotient(load32(get(0), 4 * TOP), topLimb)),
    ...limbIndices.flatMap((i) => {
      const difference = sub64(load32As64(get(0), 4 * i), mul64(extend(get(multiple)), i64(modulus[i]!)));
      const sum = i === 0 ? difference : add64(difference, get(carry));
      if (i === TOP) return [...sum, ...isZero64([])];
      return [
        ...set(carry, sum),
        ...when(isZero32(isZero64(and64(get(carry), i64(MASK_64)))), [...i32(0), ...leave]),
        ...set(carry, shr64(get(carry), i64(BigInt(LIMB_BITS)))),
      ];
    }),
  ];
}

/** (z, x, exponent, bits): z = x^exponent, the exponent as little-endian bytes in memory, its top bit set. z is not x. */
function power(module: ModuleBuilder, prefix: string, scratch: number): Code {
  const bit = 4;
  const word = load32(add32(get(2), mul32(i32(4), shr32(get(bit), i32(5)))));
  const isSet = and32([...word, ...get(bit), 0x76], i32(1));
  return [
    ...module.call(`${prefix}Copy`, i32(scratch), get(1)),
    ...module.call(`${prefix}Copy`, get(0), i32(scratch)),
    ...set(bit, sub32(get(3), i32(1))),
    ...loopWhile(notEqual32(get(bit), i32(0)), [
      ...set(bit, sub32(get(bit), i32(1))),
      ...module.call(`${prefix}Square`, get(0), get(0)),
      ...when(equal32(isSet, i32(1)), module.call(`${prefix}Mul`, get(0), get(0), i32(scratch))),
    ]),
  ];
}
