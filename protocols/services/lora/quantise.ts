/** From an adapter's floats to the integers that are committed, and back: Δ ≈ y · inputScale · outputScale. */
import {recommendedLoraWidth} from '#precompiles/codec';
import {LoraError} from './errors.ts';
import type {AdapterModule} from './peft.ts';
import type {LoraWeights} from './weights.ts';

export interface QuantisedModule extends LoraWeights {
  readonly name: string;
  /** A ≈ a · scaleA, B ≈ b · scaleB. */
  readonly scaleA: number;
  readonly scaleB: number;
  /** scaleA · scaleB · scaling of the adapter: public. */
  readonly outputScale: number;
}

const INPUT_MAX = 32_767;

/**
 * Symmetric, one scale per matrix: the largest entry becomes the largest integer, every entry is off by half a step at most.
 * @param weightBits 8, or 16 for a finer step @param width of a committed row. Throws `LoraError` when an entry is not finite.
 */
export function quantiseModule(module: AdapterModule, weightBits: 8 | 16 = 8, width = recommendedLoraWidth(module)): QuantisedModule {
  const {name, inputs, outputs, rank, scaling} = module;
  const [a, scaleA] = quantiseMatrix(module.a, weightBits, `lora_A of ${name}`);
  const [b, scaleB] = quantiseMatrix(module.b, weightBits, `lora_B of ${name}`);
  const shape = {inputs, outputs, rank, width, weightBits};
  return {name, shape, a, b, scaleA, scaleB, outputScale: scaleA * scaleB * scaling};
}

function quantiseMatrix(values: Float32Array, bits: number, what: string): [Int16Array, number] {
  let largest = 0;
  for (const value of values) {
    if (!Number.isFinite(value)) throw new LoraError('notFinite', `${what} holds ${value}`);
    largest = Math.max(largest, Math.abs(value));
  }
  const most = 2 ** (bits - 1) - 1;
  const scale = largest === 0 ? 1 : largest / most;
  return [Int16Array.from(values, (value) => Math.max(-most, Math.min(most, Math.round(value / scale)))), scale];
}

/** int16 inputs of one or more tokens under one scale: x ≈ integer · scale. Throws `LoraError` when a value is not finite. */
export function quantiseInputs(values: ArrayLike<number>): {integers: Int16Array; scale: number} {
  let largest = 0;
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) throw new LoraError('notFinite', `input ${i} is ${values[i]}`);
    largest = Math.max(largest, Math.abs(values[i]!));
  }
  const scale = largest === 0 ? 1 : largest / INPUT_MAX;
  return {integers: Int16Array.from({length: values.length}, (_, i) => Math.round(values[i]! / scale)), scale};
}

/**
 * How far each output of the quantised module can be from the adapter's own, for these inputs of one token: with |δA| ≤ scaleA / 2,
 * |δB| ≤ scaleB / 2 and |δx| ≤ inputScale / 2 per entry,
 * |δ(B A x)| ≤ Σ_k |B_k| |δh_k| + scaleB / 2 (|h_k| + |δh_k|), |δh_k| ≤ scaleA / 2 (‖x‖₁ + din inputScale / 2) + inputScale / 2 ‖A_k‖₁.
 */
export function quantisationBound(module: AdapterModule, {scaleA, scaleB}: QuantisedModule, inputs: ArrayLike<number>, inputScale: number): Float64Array {
  const {inputs: width, outputs, rank, a, b, scaling} = module;
  let norm = 0;
  for (let i = 0; i < width; i++) norm += Math.abs(inputs[i]!);
  const bounds = new Float64Array(outputs);
  for (let k = 0; k < rank; k++) {
    let hidden = 0;
    let rowNorm = 0;
    for (let i = 0; i < width; i++) {
      hidden += a[k * width + i]! * inputs[i]!;
      rowNorm += Math.abs(a[k * width + i]!);
    }
    const hiddenError = (scaleA / 2) * (norm + (width * inputScale) / 2) + (inputScale / 2) * rowNorm;
    for (let o = 0; o < outputs; o++) bounds[o]! += Math.abs(b[o * rank + k]!) * hiddenError + (scaleB / 2) * (Math.abs(hidden) + hiddenError);
  }
  // Rounding of the floats themselves.
  return bounds.map((bound) => Math.abs(scaling) * bound * (1 + 1e-9) + 1e-12);
}
