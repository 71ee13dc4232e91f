/**
 * A search for under-constrained wires: which wires of a circuit have only one possible value, once its inputs are given.
 * It uses rules that hold for every value of the inputs; what they cannot show stays open.
 *
 * 1. A constraint L · (L - k) = 0, L being a combination, makes L / k a digit: 0 or 1.
 * 2. Digits whose coefficients in a linear equation are ±1, ±2, ±4, … up to a common factor, together below the field's
 *    order, have only one solution: the difference of two would be a sum of distinct ±2^i, which is not zero.
 * 3. The one unknown wire of a linear equation follows from the others, as does the one unknown in the C of A · B = C.
 */
import {SCALAR_FIELD_MODULUS as R} from '#precompiles/codec';
import type {LinearCombination, R1cs} from '../../../protocols/services/prover/r1cs.ts';
import {inverse, modulo} from '../../../protocols/services/prover/field.ts';

/** Sums of digits stay below 2^253 < r. */
const DIGITS_MAX = 253;

/** ±2^i to i. */
const EXPONENTS = new Map(
  Array.from({length: DIGITS_MAX}, (_, i) => 1n << BigInt(i)).flatMap((power, i) => [[power, i], [R - power, i]] as const),
);

type Terms = ReadonlyMap<number, bigint>;

function termsOf(combination: LinearCombination): Terms {
  const terms = new Map<number, bigint>();
  for (const [wire, coefficient] of combination) {
    const sum = modulo((terms.get(wire) ?? 0n) + coefficient);
    if (sum === 0n) terms.delete(wire);
    else terms.set(wire, sum);
  }
  return terms;
}

const isConstant = (terms: Terms): boolean => [...terms.keys()].every((wire) => wire === 0);

/** For a constraint L · (L - k) = 0, up to factors of the two sides: L / k, which is 0 or 1. */
function digitOf([a, b, c]: readonly [Terms, Terms, Terms]): Terms | undefined {
  if (c.size > 0) return undefined;
  const wire = [...a.keys()].find((key) => key !== 0);
  if (wire === undefined || !b.has(wire)) return undefined;
  // With the same coefficients but for the constant.
  const factor = ((b.get(wire) as bigint) * inverse(a.get(wire) as bigint)) % R;
  const scaled = new Map([...a].map(([key, value]) => [key, (value * factor) % R]));
  const wires = new Set([...scaled.keys(), ...b.keys()].filter((key) => key !== 0));
  for (const key of wires) if (scaled.get(key) !== b.get(key)) return undefined;
  // a = 0 or b = 0: the combination without its constant has one of two values, p or q.
  const roots = [modulo(-(scaled.get(0) ?? 0n)), modulo(-(b.get(0) ?? 0n))] as const;
  const [p, q] = roots[1] === 0n ? [0n, roots[0]] : roots;
  if (p === q) return undefined;
  const unit = inverse(modulo(q - p));
  const digit = new Map([...wires].map((key) => [key, ((b.get(key) as bigint) * unit) % R]));
  if (p !== 0n) digit.set(0, modulo(-p * unit));
  return digit;
}

/** Whether these coefficients are, up to one factor, ± distinct powers of two within DIGITS_MAX bits. */
function areBinary(coefficients: readonly bigint[]): boolean {
  return coefficients.some((lowest) => {
    const unit = inverse(lowest);
    const found = coefficients.map((coefficient) => EXPONENTS.get((coefficient * unit) % R));
    return !found.includes(undefined) && new Set(found).size === coefficients.length;
  });
}

/** @param given wires whose values are given @returns the wires that may have several values */
export function undeterminedWires(r1cs: R1cs, given: Iterable<number>): number[] {
  const known = new Set([0, ...given]);
  const constraints = r1cs.constraints.map((constraint) => constraint.map(termsOf) as [Terms, Terms, Terms]);
  const digits = new Set<number>();
  // Each is zero. A digit that is a combination becomes a wire of its own, numbered after the real ones.
  const equations: Terms[] = [];
  const products: [Terms, Terms, Terms][] = [];
  for (const [index, [a, b, c]] of constraints.entries()) {
    const digit = digitOf([a, b, c]);
    if (digit) {
      const [first] = digit;
      const wire = digit.size === 1 && first?.[1] === 1n ? first[0] : r1cs.wireCount + index;
      digits.add(wire);
      if (wire >= r1cs.wireCount) equations.push(new Map([...digit, [wire, R - 1n]]));
    } else if (isConstant(a)) equations.push(combine(b, a.get(0) ?? 0n, c));
    else if (isConstant(b)) equations.push(combine(a, b.get(0) ?? 0n, c));
    else products.push([a, b, c]);
  }
  const open = (terms: Terms): number[] => [...terms.keys()].filter((wire) => !known.has(wire));
  const settle = (equation: Terms): void => {
    const unknown = open(equation);
    const isOnlyDigits = unknown.every((wire) => digits.has(wire)) && areBinary(unknown.map((wire) => equation.get(wire) as bigint));
    if (unknown.length === 1 || isOnlyDigits) for (const wire of unknown) known.add(wire);
  };
  for (let before = -1; before !== known.size; ) {
    before = known.size;
    for (const [a, b, c] of products) {
      const unknown = open(c);
      if (open(a).length === 0 && open(b).length === 0 && unknown.length === 1) known.add(unknown[0] as number);
    }
    for (const [index, equation] of equations.entries()) {
      settle(equation);
      const others = open(equation).filter((wire) => !digits.has(wire));
      const [shared] = others;
      if (others.length !== 1 || shared === undefined) continue;
      // A sum of digits may be cut in two by a wire that stands in both: put it together again.
      for (const other of equations.slice(index + 1)) {
        const coefficient = other.get(shared);
        if (coefficient !== undefined) settle(combine(equation, (coefficient * inverse(equation.get(shared) as bigint)) % R, other));
      }
    }
  }
  return Array.from({length: r1cs.wireCount}, (_, wire) => wire).filter((wire) => !known.has(wire));
}

/** factor · x - y */
function combine(x: Terms, factor: bigint, y: Terms): Terms {
  return termsOf([
    ...[...x].map(([wire, value]) => [wire, modulo(value * factor)] as const),
    ...[...y].map(([wire, value]) => [wire, modulo(-value)] as const),
  ]);
}
