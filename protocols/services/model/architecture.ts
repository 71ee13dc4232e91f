/**
 * The shape of a quantised multilayer perceptron: everything about it that is public and fixed in its circuit.
 *
 * All numbers are signed integers. Layer by layer, with `half = shift > 0 ? 2^(shift-1) : 0`:
 *
 *   accumulator[j] = bias[j] + sum over i of weight[j][i] * in[i]
 *   out[j]         = floor((accumulator[j] + half) / 2^shift), then max(0, ·) if the activation is relu
 *
 * The bounds below are worst cases over every input and weight that the circuit's range checks let through, so no sum
 * can wrap round the field, whatever the prover does.
 */
import {createHash} from 'node:crypto';
import {ACCUMULATOR_BITS_MAX, INTEGER_BITS_MAX, LAYER_COUNT_MAX, LAYER_WIDTH_MAX, PARAMETER_COUNT_MAX} from '../limits.ts';

export type Activation = 'relu' | 'none';

export type LayerShape = {
  readonly inputs: number;
  readonly outputs: number;
  /** Bits of a weight, sign included. */
  readonly weightBits: number;
  /** Bits of a bias, sign included. */
  readonly biasBits: number;
  /** The accumulator is divided by 2^shift. */
  readonly shift: number;
  readonly activation: Activation;
};

export type Architecture = {
  /** Version of the numeric law and of the commitment. */
  readonly format: 'qanat-mlp-1';
  /** Bits of an input, sign included. */
  readonly inputBits: number;
  readonly layers: readonly LayerShape[];
};

export class ArchitectureError extends Error {
  override readonly name = 'ArchitectureError';
}

function requireInteger(name: string, value: unknown, low: number, high: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < low || value > high) {
    throw new ArchitectureError(`${name} must be an integer from ${low} to ${high}, not ${String(value)}`);
  }
  return value;
}

/**
 * Checks an architecture that came from outside and returns it with exactly the known fields.
 * @throws {ArchitectureError} naming the first field that is wrong.
 */
export function parseArchitecture(value: unknown): Architecture {
  if (typeof value !== 'object' || value === null) throw new ArchitectureError('the architecture must be an object');
  const source = value as Record<string, unknown>;
  if (source['format'] !== 'qanat-mlp-1') throw new ArchitectureError(`unknown format ${String(source['format'])}`);
  const inputBits = requireInteger('inputBits', source['inputBits'], 2, INTEGER_BITS_MAX);
  const list = source['layers'];
  if (!Array.isArray(list)) throw new ArchitectureError('layers must be an array');
  requireInteger('the number of layers', list.length, 1, LAYER_COUNT_MAX);
  const layers = list.map((entry: unknown, index): LayerShape => {
    if (typeof entry !== 'object' || entry === null) throw new ArchitectureError(`layer ${index} must be an object`);
    const layer = entry as Record<string, unknown>;
    const activation = layer['activation'];
    if (activation !== 'relu' && activation !== 'none') {
      throw new ArchitectureError(`layer ${index}: unknown activation ${String(activation)}`);
    }
    return {
      inputs: requireInteger(`layer ${index}: inputs`, layer['inputs'], 1, LAYER_WIDTH_MAX),
      outputs: requireInteger(`layer ${index}: outputs`, layer['outputs'], 1, LAYER_WIDTH_MAX),
      weightBits: requireInteger(`layer ${index}: weightBits`, layer['weightBits'], 2, INTEGER_BITS_MAX),
      biasBits: requireInteger(`layer ${index}: biasBits`, layer['biasBits'], 2, INTEGER_BITS_MAX),
      shift: requireInteger(`layer ${index}: shift`, layer['shift'], 0, ACCUMULATOR_BITS_MAX),
      activation,
    };
  });
  for (let index = 1; index < layers.length; index++) {
    const before = layers[index - 1] as LayerShape;
    const layer = layers[index] as LayerShape;
    if (layer.inputs !== before.outputs) {
      throw new ArchitectureError(`layer ${index} takes ${layer.inputs} inputs, but the layer before gives ${before.outputs}`);
    }
  }
  const architecture: Architecture = {format: 'qanat-mlp-1', inputBits, layers};
  requireInteger('the number of parameters', parameterBits(architecture).length, 1, PARAMETER_COUNT_MAX);
  accumulatorBits(architecture);
  return architecture;
}

export function inputCount(architecture: Architecture): number {
  return (architecture.layers[0] as LayerShape).inputs;
}

export function outputCount(architecture: Architecture): number {
  return (architecture.layers.at(-1) as LayerShape).outputs;
}

/** Layer sizes, inputs first, as people write them: `4-6-3`. */
export function describeSizes(architecture: Architecture): string {
  return [inputCount(architecture), ...architecture.layers.map((layer) => layer.outputs)].join('-');
}

/** Whether a layer's accumulators go through a bit decomposition (a plain linear layer needs none). */
export function isRequantised(layer: LayerShape): boolean {
  return layer.shift > 0 || layer.activation === 'relu';
}

/**
 * For each layer the number of bits `k` for which |accumulator + half| < 2^k always holds, and k >= shift.
 * @throws {ArchitectureError} if an accumulator may need more than ACCUMULATOR_BITS_MAX bits.
 */
export function accumulatorBits(architecture: Architecture): number[] {
  let inputBound = 1n << BigInt(architecture.inputBits - 1);
  return architecture.layers.map((layer, index) => {
    const half = layer.shift > 0 ? 1n << BigInt(layer.shift - 1) : 0n;
    const weightBound = 1n << BigInt(layer.weightBits - 1);
    const biasBound = 1n << BigInt(layer.biasBits - 1);
    const bound = BigInt(layer.inputs) * weightBound * inputBound + biasBound + half;
    const bits = Math.max(bound.toString(2).length, layer.shift);
    if (bits > ACCUMULATOR_BITS_MAX) {
      throw new ArchitectureError(`layer ${index}: an accumulator may need ${bits} bits; at most ${ACCUMULATOR_BITS_MAX} are allowed`);
    }
    // floor() of a negative number rounds away from zero, hence one more than the truncated quotient.
    inputBound = layer.shift > 0 ? (bound >> BigInt(layer.shift)) + 1n : bound;
    return bits;
  });
}

/** Widths in bits of all parameters in the order in which they are committed: per layer the weights row by row (one row per output), then the biases. */
export function parameterBits(architecture: Architecture): number[] {
  return architecture.layers.flatMap((layer) => [
    ...new Array<number>(layer.inputs * layer.outputs).fill(layer.weightBits),
    ...new Array<number>(layer.outputs).fill(layer.biasBits),
  ]);
}

/** Canonical text of an architecture: one spelling for each, in fixed order. */
export function canonicalArchitecture(architecture: Architecture): string {
  const layers = architecture.layers.map(
    (layer) => `${layer.inputs}>${layer.outputs}:w${layer.weightBits}:b${layer.biasBits}:s${layer.shift}:${layer.activation}`,
  );
  return [architecture.format, `x${architecture.inputBits}`, ...layers].join('/');
}

/** Field element that names the architecture in the commitment: the first 31 bytes of SHA-256 of its canonical text. */
export function architectureTag(architecture: Architecture): bigint {
  const digest = createHash('sha256').update(canonicalArchitecture(architecture)).digest();
  return BigInt(`0x${digest.subarray(0, 31).toString('hex')}`);
}
