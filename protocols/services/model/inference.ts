/** Integer inference: the law that circuits prove. See architecture.ts for the formula. */
import type {Architecture, LayerShape} from './architecture.ts';
import {inputCount} from './architecture.ts';

export type LayerParameters = {
  /** weights[j][i]: from input i to output j. */
  readonly weights: readonly (readonly bigint[])[];
  readonly biases: readonly bigint[];
};

export type QuantisedModel = {
  readonly architecture: Architecture;
  readonly layers: readonly LayerParameters[];
};

/** What is outside the range that the circuit proves: no proof can exist for it. */
export class ModelRangeError extends Error {
  override readonly name = 'ModelRangeError';
}

/** Whether value lies in [-2^(bits-1), 2^(bits-1)). */
export function fitsSigned(value: bigint, bits: number): boolean {
  const bound = 1n << BigInt(bits - 1);
  return value >= -bound && value < bound;
}

/** floor((value + 2^(shift-1)) / 2^shift): rounds half up. BigInt's >> is floor division, for negative numbers too. */
export function roundShift(value: bigint, shift: number): bigint {
  if (shift === 0) return value;
  return (value + (1n << BigInt(shift - 1))) >> BigInt(shift);
}

/**
 * @throws {ModelRangeError} if the input has the wrong length or a value outside the model's input range.
 */
export function checkInput(architecture: Architecture, input: readonly bigint[]): void {
  const count = inputCount(architecture);
  if (input.length !== count) throw new ModelRangeError(`the model takes ${count} inputs, not ${input.length}`);
  for (const [index, value] of input.entries()) {
    if (!fitsSigned(value, architecture.inputBits)) {
      throw new ModelRangeError(`input ${index} is ${value}, which does not fit ${architecture.inputBits} signed bits`);
    }
  }
}

/**
 * @throws {ModelRangeError} if the parameters' counts or values do not match the architecture.
 */
export function checkParameters(model: QuantisedModel): void {
  const {layers} = model.architecture;
  if (model.layers.length !== layers.length) throw new ModelRangeError(`expected ${layers.length} layers, not ${model.layers.length}`);
  for (const [index, layer] of layers.entries()) {
    const {weights, biases} = model.layers[index] as LayerParameters;
    if (weights.length !== layer.outputs || biases.length !== layer.outputs) {
      throw new ModelRangeError(`layer ${index}: expected ${layer.outputs} rows of weights and biases`);
    }
    for (const row of weights) {
      if (row.length !== layer.inputs) throw new ModelRangeError(`layer ${index}: expected ${layer.inputs} weights in a row, not ${row.length}`);
      if (!row.every((weight) => fitsSigned(weight, layer.weightBits))) {
        throw new ModelRangeError(`layer ${index}: a weight does not fit ${layer.weightBits} signed bits`);
      }
    }
    if (!biases.every((bias) => fitsSigned(bias, layer.biasBits))) {
      throw new ModelRangeError(`layer ${index}: a bias does not fit ${layer.biasBits} signed bits`);
    }
  }
}

/**
 * Runs the model.
 * @throws {ModelRangeError} if the input is outside the model's range.
 */
export function infer(model: QuantisedModel, input: readonly bigint[]): bigint[] {
  checkInput(model.architecture, input);
  let values = [...input];
  for (const [index, layer] of model.architecture.layers.entries()) {
    values = applyLayer(layer, model.layers[index] as LayerParameters, values);
  }
  return values;
}

function applyLayer(layer: LayerShape, {weights, biases}: LayerParameters, input: readonly bigint[]): bigint[] {
  return weights.map((row, j) => {
    const accumulator = row.reduce((sum, weight, i) => sum + weight * (input[i] as bigint), biases[j] as bigint);
    const out = roundShift(accumulator, layer.shift);
    return layer.activation === 'relu' && out < 0n ? 0n : out;
  });
}

/** Index of the largest output; the first of equals. */
export function argmax(output: readonly (bigint | number)[]): number {
  let best = 0;
  for (let index = 1; index < output.length; index++) {
    if ((output[index] as bigint) > (output[best] as bigint)) best = index;
  }
  return best;
}

/** All parameters in the order in which they are committed. */
export function flattenParameters(model: QuantisedModel): bigint[] {
  return model.layers.flatMap(({weights, biases}) => [...weights.flat(), ...biases]);
}
