import {SCALAR_FIELD_MODULUS} from '#precompiles/codec';
import type {LoraShape} from '#precompiles/codec';
import {ELEMENT, evaluateAt, MEMORY, newScalar, scalarBytes, setScalar, splitPoint} from '#precompiles/lora';
import type {Arithmetic, Opening} from '#precompiles/lora';

const P = SCALAR_FIELD_MODULUS;

/** m(x) = g_0 + Σ_j (g_{j,1} x_j + g_{j,2} x_j²). */
export interface Mask {
  /** g_0, g_{1,1}, g_{1,2}, …, g_{n,1}, g_{n,2}. */
  readonly coefficients: readonly bigint[];
  /** Its sum over the cube. */
  readonly sum: bigint;
}

export function randomMask(variables: number, random: () => bigint): Mask {
  const coefficients = Array.from({length: 2 * variables + 1}, random);
  const [constant, ...others] = coefficients as [bigint, ...bigint[]];
  const half = others.reduce((total, value) => total + value, 0n);
  return {coefficients, sum: ((1n << BigInt(variables)) * constant + (1n << BigInt(variables - 1)) * half) % P};
}

export interface SumCheckParts {
  readonly opening: Opening;
  readonly shape: LoraShape;
  readonly mask: Mask;
  readonly alpha: bigint;
  /** Entries of the rows as plain elements; A's come first. */
  readonly entries: number;
  /** b(k), one per component. */
  readonly componentsB: number;
}

/**
 * Proves Σ b(k) A(k, i) x̂(i) + α Σ m = claim, first over i, where Σ_k b(k) A(k, ·) is one vector, then over k, where x̂ is a number.
 * The answered bytes are c0 ‖ c2 of each round.
 */
export function proveSumCheck(curve: Arithmetic, parts: SumCheckParts): {rounds: Uint8Array; point: number[]; inputAtS: number} {
  const {opening: {layout, transcript, collapsedInputs}, shape, mask, alpha, entries, componentsB} = parts;
  const {wasm} = curve;
  const {rank, width} = shape;
  const rounds = new Uint8Array(64 * layout.variables);
  const point: number[] = [];
  const masks = new MaskRounds(mask, layout.variables);

  const prove = (left: number, right: number, half: number): void => {
    const round = point.length;
    const [low, high] = productCoefficients(curve, left, right, half);
    const [c0, c2] = masks.coefficients();
    const pair = curve.elements(2);
    setScalar(curve, pair, (low + alpha * c0) % P);
    setScalar(curve, pair + ELEMENT, (high + alpha * c2) % P);
    rounds.set(scalarBytes(curve, pair, 2), 64 * round);
    transcript.absorb('round', rounds.subarray(64 * round, 64 * (round + 1)));
    const r = transcript.scalar('round');
    masks.bind(r);
    point.push(newScalar(curve, r));
    wasm.frFold(left, half, point[round]!);
    wasm.frFold(right, half, point[round]!);
  };

  const size = 2 ** layout.inputVariables;
  const inputs = curve.elements(size);
  curve.words.copyWithin(inputs >> 2, collapsedInputs >> 2, (collapsedInputs + shape.inputs * ELEMENT) >> 2);
  const combined = curve.elements(size);
  for (let k = 0; k < rank; k++) {
    const row = entries + k * layout.rowsA * width * ELEMENT;
    wasm.frAddScaled(combined, row, componentsB + k * ELEMENT, layout.rowsA * width);
  }
  wasm.frScale(combined, combined, MEMORY.frR2, size);
  for (let half = size / 2; half >= 1; half /= 2) prove(inputs, combined, half);

  const inputAtS = curve.elements(1);
  wasm.frCopy(inputAtS, inputs);
  const at = splitPoint(curve, point, layout.rowsA, width);
  const components = 2 ** layout.rankVariables;
  const [left, right] = [curve.elements(components), curve.elements(components)];
  wasm.frScale(left, componentsB, inputAtS, rank);
  for (let k = 0; k < rank; k++) {
    const value = evaluateAt(curve, entries + k * layout.rowsA * width * ELEMENT, layout.rowsA * width, at);
    wasm.frMul(right + k * ELEMENT, value, MEMORY.frR2);
  }
  for (let half = components / 2; half >= 1; half /= 2) prove(left, right, half);
  return {rounds, point, inputAtS};
}

/** Of Σ (l0 + X (l1 − l0)) (r0 + X (r1 − r0)): the constant and the quadratic coefficient. */
function productCoefficients(curve: Arithmetic, left: number, right: number, half: number): [bigint, bigint] {
  const inner = (x: number, y: number): bigint => {
    const z = curve.elements(1);
    curve.wasm.frInner(z, x, y, half);
    return BigInt(`0x${Buffer.from(scalarBytes(curve, z)).toString('hex')}`);
  };
  const [l1, r1] = [left + half * ELEMENT, right + half * ELEMENT];
  const low = inner(left, right);
  return [low, low + inner(l1, r1) + 2n * P - inner(l1, right) - inner(left, r1)];
}

/** What the mask adds to each round, summed over the variables that are still free. */
class MaskRounds {
  readonly #mask: Mask;
  readonly #variables: number;
  #round = 0;
  /** m of the variables bound so far. */
  #bound: bigint;
  /** Σ g_{i,1} + g_{i,2} over the variables after this round's. */
  #later: bigint;

  constructor(mask: Mask, variables: number) {
    this.#mask = mask;
    this.#variables = variables;
    this.#bound = mask.coefficients[0]!;
    this.#later = mask.coefficients.slice(3).reduce((total, value) => total + value, 0n);
  }

  coefficients(): [constant: bigint, quadratic: bigint] {
    const free = BigInt(this.#variables - this.#round - 1);
    const half = free > 0n ? (1n << (free - 1n)) * this.#later : 0n;
    return [((1n << free) * this.#bound + half) % P, ((1n << free) * this.#coefficient(2)) % P];
  }

  bind(r: bigint): void {
    this.#bound = (this.#bound + this.#coefficient(1) * r + ((this.#coefficient(2) * r) % P) * r) % P;
    this.#round++;
    if (this.#round < this.#variables) this.#later -= this.#coefficient(1) + this.#coefficient(2);
  }

  #coefficient(power: 1 | 2): bigint {
    return this.#mask.coefficients[2 * this.#round + power]!;
  }
}
