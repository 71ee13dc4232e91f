/** Models that several tests use: random parameters over the whole range that their architecture allows. */
import type {Architecture} from '../../../protocols/services/model/architecture.ts';
import {parseArchitecture} from '../../../protocols/services/model/architecture.ts';
import type {QuantisedModel} from '../../../protocols/services/model/inference.ts';

/** Three layers, two of them requantised, in a shape that uses every template: 3-4-3-2. */
export const smallArchitecture: Architecture = parseArchitecture({
  format: 'qanat-mlp-1',
  inputBits: 6,
  layers: [
    {inputs: 3, outputs: 4, weightBits: 5, biasBits: 9, shift: 3, activation: 'relu'},
    {inputs: 4, outputs: 3, weightBits: 4, biasBits: 8, shift: 2, activation: 'none'},
    {inputs: 3, outputs: 2, weightBits: 6, biasBits: 10, shift: 0, activation: 'none'},
  ],
});

export function randomSigned(random: () => number, bits: number): bigint {
  const bound = 2 ** (bits - 1);
  // The ends of the range are where proofs go wrong: take them often.
  const draw = random();
  if (draw < 0.15) return BigInt(-bound);
  if (draw < 0.3) return BigInt(bound - 1);
  return BigInt(Math.floor(random() * 2 * bound) - bound);
}

export function randomModel(architecture: Architecture, random: () => number): QuantisedModel {
  return {
    architecture,
    layers: architecture.layers.map((layer) => ({
      weights: Array.from({length: layer.outputs}, () => Array.from({length: layer.inputs}, () => randomSigned(random, layer.weightBits))),
      biases: Array.from({length: layer.outputs}, () => randomSigned(random, layer.biasBits)),
    })),
  };
}
