/** The prover of evaluation proofs (docs/spec/lora.md, sections 4 to 6). Not constant-time: run it where its timing is not observable. */
import {LORA_BLINDER_COUNT, LoraPoint, loraProofLayout, SCALAR_FIELD_MODULUS} from '#precompiles/codec';
import type {LoraContext} from '#precompiles/codec';
import {
  AFFINE, arithmetic, ELEMENT, equalities, evaluateAt, EXTENDED, generators, maskPowers, MEMORY, MultiScalarSum, newScalar,
  openStatement, scalarBytes, setScalar, splitPoint, times,
} from '#precompiles/lora';
import type {Arithmetic, Opening, SplitPoint} from '#precompiles/lora';
import type {CommittedModule} from './commit.ts';
import {randomScalar} from './randomness.ts';
import type {ProverRandomness} from './randomness.ts';
import {proveSumCheck, randomMask} from './sum-check.ts';
import {rowEntries} from './weights.ts';

const G1_BYTES = 64;
const P = SCALAR_FIELD_MODULUS;

export interface EvaluationRequest {
  readonly context: LoraContext;
  /** X and Y as the codec writes them. */
  readonly inputs: Uint8Array;
  readonly outputs: Uint8Array;
}

/**
 * Proves that the outputs are the module's for these inputs. The proof of a false statement is made as readily and does not verify.
 * Throws when the bytes are no statement of the module's shape.
 */
export function proveLora(module: CommittedModule, request: EvaluationRequest, randomness: ProverRandomness): Uint8Array {
  generators(module.shape.width);
  const curve = arithmetic();
  return curve.scoped(() => {
    const opening = openStatement(curve, {...request, shape: module.shape, rows: module.rows});
    if (opening === undefined) throw new Error('inputs and outputs are not a statement of this module: wrong lengths, or an output of 2^53 or more');
    return new Evaluation(curve, module, opening, randomness).prove();
  });
}

class Evaluation {
  readonly #curve: Arithmetic;
  readonly #module: CommittedModule;
  readonly #opening: Opening;
  readonly #randomness: ProverRandomness;
  /** Entries of the rows as plain elements. */
  readonly #entries: number;
  readonly #proof: Uint8Array;

  constructor(curve: Arithmetic, module: CommittedModule, opening: Opening, randomness: ProverRandomness) {
    this.#curve = curve;
    this.#module = module;
    this.#opening = opening;
    this.#randomness = randomness;
    this.#proof = new Uint8Array(loraProofLayout(module.shape).length);
    const entries = rowEntries(module);
    this.#entries = curve.elements(entries.length);
    const {words} = curve;
    for (let i = 0; i < entries.length; i++) words[(this.#entries >> 2) + 9 * i] = entries[i]!;
  }

  prove(): Uint8Array {
    const curve = this.#curve;
    const {wasm} = curve;
    const {shape} = this.#module;
    const {layout, transcript, beta} = this.#opening;
    const at = loraProofLayout(shape);
    const random = (): bigint => randomScalar(this.#randomness);

    const mask = randomMask(layout.variables, random);
    const maskElements = this.#vector(mask.coefficients);
    const maskBlinder = random();
    this.#point(LoraPoint.M, this.#commitEntries(maskElements, mask.coefficients.length, maskBlinder));
    curve.writeScalar(this.#proof, at.sigma, newScalar(curve, mask.sum));
    transcript.absorb('mask', this.#pointBytes(LoraPoint.M, 1));
    transcript.absorb('mask sum', this.#proof.subarray(at.sigma, at.sigma + 32));
    const alpha = transcript.scalar('alpha');

    const componentsB = this.#components(beta, shape.rank * layout.rowsA);
    const {rounds, point, inputAtS} = proveSumCheck(curve, {
      opening: this.#opening, shape, mask, alpha, entries: this.#entries, componentsB,
    });
    this.#proof.set(rounds, at.rounds);

    const rowsA = splitPoint(curve, point.slice(0, layout.inputVariables), layout.rowsA, shape.width);
    const kappa = equalities(curve, point.slice(layout.inputVariables), shape.rank);
    const powers = maskPowers(curve, point);
    const [openA, blinderA] = this.#openRows(rowsA, kappa, 0);
    const [openB, blinderB] = this.#openRows(beta, kappa, shape.rank * layout.rowsA);
    const [valueA, valueB] = [this.#inner(openA, rowsA.entries, shape.width), this.#inner(openB, beta.entries, shape.width)];
    const product = times(curve, valueA, valueB);

    const maskLength = mask.coefficients.length;
    const [nu, omega, ...a] = Array.from({length: 2 + LORA_BLINDER_COUNT}, random) as [bigint, bigint, ...bigint[]];
    const [a1, a2, a3, a4, a5, a6] = a as [bigint, bigint, bigint, bigint, bigint, bigint];
    const [dA, dB, dg] = [shape.width, shape.width, maskLength].map((count) => this.#vector(Array.from({length: count}, random))) as [number, number, number];
    const alphaElement = newScalar(curve, alpha);
    const innerA = this.#inner(dA, rowsA.entries, shape.width);
    this.#point(LoraPoint.VB, this.#commitValue(valueB, nu));
    this.#point(LoraPoint.VW, this.#commitValue(product, omega));
    this.#point(LoraPoint.DA, this.#commitEntries(dA, shape.width, a1));
    this.#point(LoraPoint.DB, this.#commitEntries(dB, shape.width, a2));
    this.#point(LoraPoint.EB, this.#commitValue(this.#inner(dB, beta.entries, shape.width), a4));
    // <dA, RA> VB + a5 H, with VB = vB U + ν H.
    this.#point(LoraPoint.DW, this.#commitValue(times(curve, innerA, valueB), this.#big(innerA) * nu + a5));
    this.#point(LoraPoint.Dg, this.#commitEntries(dg, maskLength, a3));
    this.#point(LoraPoint.E4, this.#commitValue(times(curve, alphaElement, this.#inner(dg, powers, maskLength)), a6));
    transcript.absorb('announcements', this.#pointBytes(LoraPoint.VB, 8));
    const c = transcript.scalar('challenge');
    const challenge = newScalar(curve, c);

    for (const [offset, masks, secret, count] of [
      [at.zA, dA, openA, shape.width], [at.zB, dB, openB, shape.width], [at.zg, dg, maskElements, maskLength],
    ] as const) {
      wasm.frAddScaled(masks, secret, challenge, count);
      this.#proof.set(scalarBytes(curve, masks, count), offset);
    }
    const blinders = [
      a1 + c * blinderA, a2 + c * blinderB, a3 + c * maskBlinder, a4 + c * nu,
      a5 + c * (omega - this.#big(valueA) * nu), a6 - c * this.#big(inputAtS) * omega,
    ];
    this.#proof.set(scalarBytes(curve, this.#vector(blinders), blinders.length), at.blinders);
    return this.#proof;
  }

  /** Σ over the rows of each component, at a point of the other index: rank scalars. @param firstRow of component 0 */
  #components(at: SplitPoint, firstRow: number): number {
    const curve = this.#curve;
    const {rank, width} = this.#module.shape;
    const values = curve.elements(rank);
    for (let k = 0; k < rank; k++) {
      const rows = this.#entries + (firstRow + k * at.rowCount) * width * ELEMENT;
      const value = evaluateAt(curve, rows, at.rowCount * width, at);
      curve.wasm.frMul(values + k * ELEMENT, value, MEMORY.frR2);
    }
    return values;
  }

  /** Σ κ_k λ_j (row (k, j)): the combined entries, and the combined blinder. */
  #openRows(at: SplitPoint, kappa: number, firstRow: number): [entries: number, blinder: bigint] {
    const curve = this.#curve;
    const {rank, width} = this.#module.shape;
    const sum = curve.elements(width);
    let blinder = 0n;
    for (let k = 0; k < rank; k++) {
      for (let j = 0; j < at.rowCount; j++) {
        const weight = times(curve, kappa + k * ELEMENT, at.rows + j * ELEMENT);
        const row = firstRow + k * at.rowCount + j;
        curve.wasm.frAddScaled(sum, this.#entries + row * width * ELEMENT, weight, width);
        blinder += this.#big(weight) * this.#module.blinders[row]!;
      }
    }
    curve.wasm.frScale(sum, sum, MEMORY.frR2, width);
    return [sum, blinder % P];
  }

  #inner(xs: number, ys: number, count: number): number {
    const z = this.#curve.elements(1);
    this.#curve.wasm.frInner(z, xs, ys, count);
    return z;
  }

  #vector(values: readonly bigint[]): number {
    const pointer = this.#curve.elements(values.length);
    values.forEach((value, i) => setScalar(this.#curve, pointer + i * ELEMENT, ((value % P) + P) % P));
    return pointer;
  }

  #big(pointer: number): bigint {
    return BigInt(`0x${Buffer.from(scalarBytes(this.#curve, pointer)).toString('hex')}`);
  }

  /** <values, G> + blinder H. */
  #commitEntries(values: number, count: number, blinder: bigint): (sum: MultiScalarSum) => void {
    const {blinding, entry} = generators(this.#module.shape.width);
    return (sum) => {
      for (let i = 0; i < count; i++) sum.addTabled(entry(i), values + i * ELEMENT);
      sum.addTabled(blinding, this.#vector([blinder]));
    };
  }

  /** value U + blinder H. */
  #commitValue(value: number, blinder: bigint): (sum: MultiScalarSum) => void {
    const bases = generators(this.#module.shape.width);
    return (sum) => {
      sum.addTabled(bases.value, value);
      sum.addTabled(bases.blinding, this.#vector([blinder]));
    };
  }

  #point(index: number, commit: (sum: MultiScalarSum) => void): void {
    const curve = this.#curve;
    curve.scoped(() => {
      const sum = new MultiScalarSum(curve);
      commit(sum);
      const [extended, affine] = [curve.allocate(EXTENDED), curve.allocate(AFFINE)];
      sum.sum(extended);
      curve.toAffine(affine, extended);
      curve.writePoint(this.#proof, index * G1_BYTES, affine);
    });
  }

  #pointBytes(first: number, count: number): Uint8Array {
    return this.#proof.subarray(first * G1_BYTES, (first + count) * G1_BYTES);
  }
}

