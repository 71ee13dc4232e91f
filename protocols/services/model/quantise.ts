/** From floating point to the integer law, with a bound on what the rounding can change. */
import type {FloatLayer, FloatNetwork} from '../training/network.ts';
import {parseArchitecture} from './architecture.ts';
import {checkParameters} from './inference.ts';
import type {QuantisedModel} from './inference.ts';

export type QuantiseOptions = {
  readonly inputBits: number;
  /** Largest magnitude of each input for which the error bound is to hold. */
  readonly inputBounds: readonly number[];
  readonly weightBits: number;
  readonly biasBits: number;
  /** Bits by which hidden layers scale their accumulators down. */
  readonly shift: number;
};

export type Quantisation = {
  readonly model: QuantisedModel;
  /** Integer output / outputScale approximates the float output. */
  readonly outputScale: number;
  /** No output, over its scale, is further than this from the float one, for inputs within inputBounds. */
  readonly errorBound: number;
};

/** What is known of a value before a layer: |float| <= bound and |integer / scale - float| <= error. */
type Range = {readonly bound: number; readonly error: number};

/**
 * Each layer's weights share the largest scale at which they fit; the scale of a sum is the product of the scales of its
 * input and weights, and biases are rounded at it. Hidden layers are scaled down by 2^shift and rectified.
 * @throws {ModelRangeError} if a bias does not fit biasBits at that scale; {ArchitectureError} if the shape is out of bounds.
 */
export function quantise(network: FloatNetwork, options: QuantiseOptions): Quantisation {
  const largest = 2 ** (options.weightBits - 1) - 1;
  let inputScale = 1;
  let ranges: Range[] = options.inputBounds.map((bound) => ({bound, error: 0}));
  const layers = network.layers.map((layer, index) => {
    const isLast = index === network.layers.length - 1;
    const shift = isLast ? 0 : options.shift;
    const weightScale = largest / Math.max(...layer.weights.flat().map(Math.abs), Number.MIN_VALUE);
    const sumScale = inputScale * weightScale;
    const weights = layer.weights.map((row) => row.map((weight) => Math.round(weight * weightScale)));
    const biases = layer.biases.map((bias) => Math.round(bias * sumScale));
    const outScale = sumScale / 2 ** shift;
    ranges = layer.weights.map((_, j) => propagate(layer, j, ranges, {
      weights: (weights[j] as number[]).map((weight) => weight / weightScale),
      bias: (biases[j] as number) / sumScale,
      rounding: shift > 0 ? 0.5 / outScale : 0,
    }));
    inputScale = outScale;
    return {weights, biases, shift, isLast};
  });
  const architecture = parseArchitecture({
    format: 'qanat-mlp-1',
    inputBits: options.inputBits,
    layers: layers.map(({weights, shift, isLast}) => ({
      inputs: (weights[0] as number[]).length, outputs: weights.length, weightBits: options.weightBits,
      biasBits: options.biasBits, shift, activation: isLast ? 'none' : 'relu',
    })),
  });
  const model: QuantisedModel = {
    architecture,
    layers: layers.map(({weights, biases}) => ({weights: weights.map((row) => row.map(BigInt)), biases: biases.map(BigInt)})),
  };
  checkParameters(model);
  return {model, outputScale: inputScale, errorBound: Math.max(...ranges.map(({error}) => error))};
}

/** Triangle inequality, weight by weight: |w'x' - wx| <= |w'|·|x' - x| + |w' - w|·|x|. Relu does not enlarge a difference. */
function propagate(
  layer: FloatLayer, j: number, inputs: readonly Range[],
  rounded: {readonly weights: readonly number[]; readonly bias: number; readonly rounding: number},
): Range {
  const exact = layer.weights[j] as number[];
  let bound = Math.abs(layer.biases[j] as number);
  let error = Math.abs(rounded.bias - (layer.biases[j] as number)) + rounded.rounding;
  for (const [i, input] of inputs.entries()) {
    const weight = exact[i] as number;
    const approximate = rounded.weights[i] as number;
    bound += Math.abs(weight) * input.bound;
    error += Math.abs(approximate) * input.error + Math.abs(approximate - weight) * input.bound;
  }
  return {bound, error};
}
