/** The verifier of evaluation proofs (docs/spec/lora.md, sections 4 to 7). */
import {LORA_POINT_COUNT, LoraPoint, loraProofLayout} from '../codec/index.ts';
import {AFFINE, ELEMENT, MEMORY} from './arithmetic.ts';
import type {Arithmetic} from './arithmetic.ts';
import {addTimes, equalities, evaluateAt, newScalar, splitPoint, subtractTimes, times} from './scalars.ts';
import type {SplitPoint} from './scalars.ts';
import {openStatement} from './statement.ts';
import type {LoraStatement, Opening} from './statement.ts';

const G1_BYTES = 64;
const SCALAR_BYTES = 32;
/** The six equations of the last step. */
export const EQUATION_COUNT = 6;

export interface LoraClaim extends LoraStatement {
  readonly proof: Uint8Array;
}

/** A claim read and its challenges drawn: what is left is whether six sums of points are zero. */
export interface PreparedClaim {
  readonly claim: LoraClaim;
  /** Depends on everything that the weights of the equations must not be known before. */
  readonly transcriptState: Uint8Array;
  readonly points: number;
  readonly zA: number;
  readonly zB: number;
  readonly zg: number;
  readonly zgCount: number;
  readonly blinders: number;
  readonly challenge: number;
  /** <zA, RA>, <zB, RB>. */
  readonly innerA: number;
  readonly innerB: number;
  /** α <zg, q> − c e, c x(s). */
  readonly valueTerm: number;
  readonly productTerm: number;
  readonly kappa: number;
  readonly rowsA: SplitPoint;
  readonly rowsB: SplitPoint;
}

/** Undefined for whatever is not a proof's form: lengths, scalars not below the order, coordinates not below the modulus, points off the curve, infinity. */
export function prepareClaim(arithmetic: Arithmetic, claim: LoraClaim): PreparedClaim | undefined {
  const {shape, proof} = claim;
  const at = loraProofLayout(shape);
  if (proof.length !== at.length) return undefined;
  const opening = openStatement(arithmetic, claim);
  if (opening === undefined) return undefined;
  const {layout, transcript} = opening;

  const points = arithmetic.allocate(LORA_POINT_COUNT * AFFINE);
  for (let i = 0; i < LORA_POINT_COUNT; i++) {
    if (!arithmetic.readPoint(points + i * AFFINE, proof, i * G1_BYTES)) return undefined;
  }
  const scalarCount = (at.length - at.sigma) / SCALAR_BYTES;
  const scalars = arithmetic.elements(scalarCount);
  for (let i = 0; i < scalarCount; i++) {
    if (!arithmetic.readScalar(scalars + i * ELEMENT, proof, at.sigma + i * SCALAR_BYTES)) return undefined;
  }
  const scalarAt = (offset: number): number => scalars + ((offset - at.sigma) / SCALAR_BYTES) * ELEMENT;
  const bytesOf = (first: number, count: number): Uint8Array => proof.subarray(first * G1_BYTES, (first + count) * G1_BYTES);

  transcript.absorb('mask', bytesOf(LoraPoint.M, 1));
  transcript.absorb('mask sum', proof.subarray(at.sigma, at.sigma + SCALAR_BYTES));
  const alphaValue = transcript.scalar('alpha');
  if (alphaValue === 0n) return undefined;
  const alpha = newScalar(arithmetic, alphaValue);
  const {value, point} = runSumCheck(arithmetic, opening, proof, at.rounds, scalarAt(at.rounds), alpha, scalarAt(at.sigma));
  transcript.absorb('announcements', bytesOf(LoraPoint.VB, LORA_POINT_COUNT - 1));
  const challenge = newScalar(arithmetic, transcript.scalar('challenge'));
  transcript.absorb('responses', proof.subarray(at.zA));

  const [zA, zB, zg] = [scalarAt(at.zA), scalarAt(at.zB), scalarAt(at.zg)];
  const zgCount = 2 * layout.variables + 1;
  const s = point.slice(0, layout.inputVariables);
  const rowsA = splitPoint(arithmetic, s, layout.rowsA, shape.width);
  const kappa = equalities(arithmetic, point.slice(layout.inputVariables), shape.rank);
  const inputAtS = evaluateAt(arithmetic, opening.collapsedInputs, shape.inputs, rowsA);
  const powers = maskPowers(arithmetic, point);

  const [innerA, innerB, innerG] = [arithmetic.elements(1), arithmetic.elements(1), arithmetic.elements(1)];
  arithmetic.wasm.frInner(innerA, zA, rowsA.entries, shape.width);
  arithmetic.wasm.frInner(innerB, zB, opening.beta.entries, shape.width);
  arithmetic.wasm.frInner(innerG, zg, powers, zgCount);
  const valueTerm = times(arithmetic, alpha, innerG);
  subtractTimes(arithmetic, valueTerm, challenge, value);

  return {
    claim, transcriptState: transcript.state, points, zA, zB, zg, zgCount, blinders: scalarAt(at.blinders), challenge, innerA, innerB,
    valueTerm, productTerm: times(arithmetic, challenge, inputAtS), kappa, rowsA, rowsB: opening.beta,
  };
}

/** The rounds: cl = c0 + r (c1 + r c2) with c1 = cl − 2 c0 − c2. Answers the last cl and the point. */
function runSumCheck(
  arithmetic: Arithmetic, {layout, transcript, claim}: Opening, proof: Uint8Array, offset: number, rounds: number, alpha: number,
  sigma: number,
): {value: number; point: number[]} {
  const {wasm} = arithmetic;
  const value = arithmetic.elements(1);
  wasm.frCopy(value, claim);
  addTimes(arithmetic, value, alpha, sigma);
  const linear = arithmetic.elements(1);
  const point: number[] = [];
  for (let round = 0; round < layout.variables; round++) {
    const bytes = proof.subarray(offset + 64 * round, offset + 64 * (round + 1));
    transcript.absorb('round', bytes);
    const r = newScalar(arithmetic, transcript.scalar('round'));
    point.push(r);
    const c0 = rounds + 2 * round * ELEMENT;
    const c2 = c0 + ELEMENT;
    wasm.frSub(linear, value, c0);
    wasm.frSub(linear, linear, c0);
    wasm.frSub(linear, linear, c2);
    addTimes(arithmetic, linear, r, c2);
    wasm.frCopy(value, c0);
    addTimes(arithmetic, value, r, linear);
  }
  return {value, point};
}

/** q = (1, r_1, r_1², …, r_n, r_n²). */
export function maskPowers(arithmetic: Arithmetic, point: readonly number[]): number {
  const powers = arithmetic.elements(2 * point.length + 1);
  arithmetic.wasm.frCopy(powers, MEMORY.frOne);
  for (const [j, r] of point.entries()) {
    const at = powers + (2 * j + 1) * ELEMENT;
    arithmetic.wasm.frCopy(at, r);
    arithmetic.wasm.frMul(at + ELEMENT, r, r);
  }
  return powers;
}

/** Scalars of a sum of points: the six equations of all claims, each times its weight. */
export interface EquationSum {
  /** Scalars of H, U and the generators of a row, to which each claim adds. */
  readonly generators: number;
  /** A scalar for each of the claim's own points, in the order of the proof. */
  readonly points: number;
  /** And for each row of its commitment. */
  readonly rows: number;
}

/** @param weights six scalars */
export function weighEquations(arithmetic: Arithmetic, prepared: PreparedClaim, weights: number, generators: number): EquationSum {
  const {wasm} = arithmetic;
  const {claim: {shape}, challenge, kappa, rowsA, rowsB, zA, zB, zg, zgCount, blinders} = prepared;
  const weight = (equation: number): number => weights + (equation - 1) * ELEMENT;
  const [blinding, value, entries] = [generators, generators + ELEMENT, generators + 2 * ELEMENT];

  wasm.frAddScaled(entries, zA, weight(1), shape.width);
  wasm.frAddScaled(entries, zB, weight(2), shape.width);
  wasm.frAddScaled(entries, zg, weight(5), zgCount);
  // h1 to h6 blind equations 1, 2, 5, 3, 4, 6.
  for (const [i, equation] of [1, 2, 5, 3, 4, 6].entries()) addTimes(arithmetic, blinding, blinders + i * ELEMENT, weight(equation));
  addTimes(arithmetic, value, weight(3), prepared.innerB);
  addTimes(arithmetic, value, weight(6), prepared.valueTerm);

  const points = arithmetic.elements(LORA_POINT_COUNT);
  const point = (name: keyof typeof LoraPoint): number => points + LoraPoint[name] * ELEMENT;
  for (const [name, equation] of [['DA', 1], ['DB', 2], ['EB', 3], ['DW', 4], ['Dg', 5], ['E4', 6]] as const) {
    wasm.frNeg(point(name), weight(equation));
  }
  subtractTimes(arithmetic, point('VB'), weight(3), challenge);
  addTimes(arithmetic, point('VB'), weight(4), prepared.innerA);
  subtractTimes(arithmetic, point('VW'), weight(4), challenge);
  addTimes(arithmetic, point('VW'), weight(6), prepared.productTerm);
  subtractTimes(arithmetic, point('M'), weight(5), challenge);

  const rows = arithmetic.elements(shape.rank * (rowsA.rowCount + rowsB.rowCount));
  let at = rows;
  for (const [part, equation] of [[rowsA, 1], [rowsB, 2]] as const) {
    const factor = arithmetic.elements(1);
    subtractTimes(arithmetic, factor, weight(equation), challenge);
    const component = arithmetic.elements(1);
    for (let k = 0; k < shape.rank; k++) {
      wasm.frMul(component, factor, kappa + k * ELEMENT);
      wasm.frScale(at, part.rows, component, part.rowCount);
      at += part.rowCount * ELEMENT;
    }
  }
  return {generators, points, rows};
}

