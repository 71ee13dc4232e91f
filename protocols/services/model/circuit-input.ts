/** How a quantised model, its salt, an input and a context are given to its circuit. */
import type {CircuitInput} from '../prover/witness.ts';
import type {Architecture, LayerShape} from './architecture.ts';
import {inputCount} from './architecture.ts';
import type {QuantisedModel} from './inference.ts';

export type CircuitStatement = {
  /** Blinds the commitment to the weights; below r. */
  readonly salt: bigint;
  /** Ties the proof to a request and a prover; below r. */
  readonly context: bigint;
  readonly input: readonly bigint[];
};

export function circuitInput(model: QuantisedModel, {salt, context, input}: CircuitStatement): CircuitInput {
  const signals: Record<string, CircuitInput[string]> = {context, in: input, salt};
  for (const [index, {weights, biases}] of model.layers.entries()) {
    signals[`weight${index}`] = weights;
    signals[`bias${index}`] = biases;
  }
  return signals;
}

/** A model with small distinct weights and its statement, for the self-check of a set-up: it needs no secret. */
export function selfCheckInput(architecture: Architecture): CircuitInput {
  let counter = 0;
  // -2 … 1 fits every width from 2 bits.
  const next = (): bigint => BigInt(counter++ % 4) - 2n;
  const layers = architecture.layers.map((layer: LayerShape) => ({
    weights: Array.from({length: layer.outputs}, () => Array.from({length: layer.inputs}, () => next())),
    biases: Array.from({length: layer.outputs}, () => next()),
  }));
  const input = Array.from({length: inputCount(architecture)}, () => next());
  return circuitInput({architecture, layers}, {salt: 1n, context: 1n, input});
}
