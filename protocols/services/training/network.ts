/** A small multilayer perceptron in floating point: relu between layers, trained by Adam on the cross entropy. */
import {normal, shuffled} from './random.ts';

export type FloatLayer = {
  /** weights[j][i]: from input i to output j. */
  readonly weights: number[][];
  readonly biases: number[];
};

export type FloatNetwork = {readonly layers: readonly FloatLayer[]};

export type TrainOptions = {
  /** Width of each hidden layer. */
  readonly hidden: readonly number[];
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  /** L2 penalty on weights; it keeps them small, which makes quantisation finer. */
  readonly weightDecay: number;
  readonly random: () => number;
  readonly onEpoch?: ((epoch: number, loss: number) => void) | undefined;
};

export type FloatSample = {readonly input: readonly number[]; readonly label: number};

/** Activations of every layer, input first; hidden ones after relu, the last one plain (logits). */
function activations(network: FloatNetwork, input: readonly number[]): number[][] {
  const result: number[][] = [[...input]];
  for (const [index, {weights, biases}] of network.layers.entries()) {
    const before = result[index] as number[];
    const isLast = index === network.layers.length - 1;
    result.push(weights.map((row, j) => {
      const sum = row.reduce((total, weight, i) => total + weight * (before[i] as number), biases[j] as number);
      return isLast ? sum : Math.max(0, sum);
    }));
  }
  return result;
}

/** Logits of the network. */
export function evaluate(network: FloatNetwork, input: readonly number[]): number[] {
  return activations(network, input).at(-1) as number[];
}

function softmax(logits: readonly number[]): number[] {
  const highest = Math.max(...logits);
  const exponentials = logits.map((logit) => Math.exp(logit - highest));
  const sum = exponentials.reduce((total, value) => total + value, 0);
  return exponentials.map((value) => value / sum);
}

/** He initialisation: normal with variance 2 / inputs. */
function initialise(sizes: readonly number[], random: () => number): FloatNetwork {
  const layers = sizes.slice(1).map((outputs, index): FloatLayer => {
    const inputs = sizes[index] as number;
    return {
      weights: Array.from({length: outputs}, () => Array.from({length: inputs}, () => normal(random) * Math.sqrt(2 / inputs))),
      biases: new Array<number>(outputs).fill(0),
    };
  });
  return {layers};
}

/** Adds the gradient of one sample's cross entropy to `gradient`, in the shape of the network; returns the loss. */
function backpropagate(network: FloatNetwork, sample: FloatSample, gradient: FloatNetwork): number {
  const values = activations(network, sample.input);
  const probabilities = softmax(values.at(-1) as number[]);
  let delta = probabilities.map((probability, k) => probability - (k === sample.label ? 1 : 0));
  for (let index = network.layers.length - 1; index >= 0; index--) {
    const {weights} = network.layers[index] as FloatLayer;
    const into = gradient.layers[index] as FloatLayer;
    const before = values[index] as number[];
    for (const [j, error] of delta.entries()) {
      const row = into.weights[j] as number[];
      for (const [i, value] of before.entries()) row[i] = (row[i] as number) + error * value;
      into.biases[j] = (into.biases[j] as number) + error;
    }
    // Relu passes a gradient only where it was active.
    delta = before.map((value, i) => (value > 0 ? weights.reduce((sum, row, j) => sum + (row[i] as number) * (delta[j] as number), 0) : 0));
  }
  return -Math.log(Math.max(probabilities[sample.label] as number, 1e-12));
}

const zerosLike = (network: FloatNetwork): FloatNetwork => ({
  layers: network.layers.map(({weights, biases}) => ({weights: weights.map((row) => row.map(() => 0)), biases: biases.map(() => 0)})),
});

/** Applies `update` to every parameter with its counterparts in the other networks. */
function forEachRow(networks: readonly FloatNetwork[], update: (rows: number[][], isWeight: boolean) => void): void {
  const [first] = networks as [FloatNetwork, ...FloatNetwork[]];
  for (const [l, layer] of first.layers.entries()) {
    const peers = networks.map((network) => network.layers[l] as FloatLayer);
    for (let j = 0; j < layer.weights.length; j++) update(peers.map((peer) => peer.weights[j] as number[]), true);
    update(peers.map((peer) => peer.biases), false);
  }
}

/** D. P. Kingma and J. Ba, "Adam: A Method for Stochastic Optimization", 2015, with its default decay rates. */
export function train(samples: readonly FloatSample[], classCount: number, options: TrainOptions): FloatNetwork {
  const inputs = (samples[0] as FloatSample).input.length;
  const network = initialise([inputs, ...options.hidden, classCount], options.random);
  const first = zerosLike(network);
  const second = zerosLike(network);
  let step = 0;
  for (let epoch = 1; epoch <= options.epochs; epoch++) {
    let loss = 0;
    const order = shuffled(samples, options.random);
    for (let start = 0; start < order.length; start += options.batchSize) {
      const batch = order.slice(start, start + options.batchSize);
      const gradient = zerosLike(network);
      for (const sample of batch) loss += backpropagate(network, sample, gradient);
      step++;
      const rate = (options.learningRate * Math.sqrt(1 - 0.999 ** step)) / (1 - 0.9 ** step);
      forEachRow([network, gradient, first, second], ([values, slopes, means, squares], isWeight) => {
        if (!values || !slopes || !means || !squares) return;
        for (let i = 0; i < values.length; i++) {
          const slope = (slopes[i] as number) / batch.length + (isWeight ? options.weightDecay * (values[i] as number) : 0);
          means[i] = 0.9 * (means[i] as number) + 0.1 * slope;
          squares[i] = 0.999 * (squares[i] as number) + 0.001 * slope * slope;
          values[i] = (values[i] as number) - (rate * (means[i] as number)) / (Math.sqrt(squares[i] as number) + 1e-8);
        }
      });
    }
    options.onEpoch?.(epoch, loss / samples.length);
  }
  return network;
}
