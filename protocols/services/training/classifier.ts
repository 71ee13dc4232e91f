/** Trains a classifier on a dataset, quantises it and measures both on samples that training never saw. */
import {argmax, infer} from '../model/inference.ts';
import {quantise} from '../model/quantise.ts';
import type {Quantisation, QuantiseOptions} from '../model/quantise.ts';
import type {Dataset, Sample} from './dataset.ts';
import {evaluate, train} from './network.ts';
import type {FloatNetwork} from './network.ts';
import {seededRandom, shuffled} from './random.ts';

export type ClassifierOptions = {
  readonly hidden: readonly number[];
  readonly seed: number;
  readonly epochs: number;
  /** Part of each class that is held out of training. */
  readonly testFraction: number;
  readonly quantise: Omit<QuantiseOptions, 'inputBits' | 'inputBounds'>;
  readonly onEpoch?: ((epoch: number, loss: number) => void) | undefined;
};

export type Classifier = {
  /** Takes integer inputs: the standardisation of features is folded into its first layer. */
  readonly network: FloatNetwork;
  readonly quantisation: Quantisation;
  readonly trainCount: number;
  readonly heldOut: readonly Sample[];
  readonly accuracy: {
    /** Parts of the held-out samples that are classified rightly, 0 … 1. */
    readonly float: number;
    readonly integer: number;
  };
  /** Largest difference between a float logit and the integer one over its scale, over all samples. */
  readonly measuredError: number;
};

const BATCH_SIZE = 16;
const LEARNING_RATE = 0.01;
const WEIGHT_DECAY = 0.002;

/** Every class is split in the same proportion, by the seed. */
function split(dataset: Dataset, testFraction: number, random: () => number): {train: Sample[]; test: Sample[]} {
  const parts = {train: [] as Sample[], test: [] as Sample[]};
  for (const label of dataset.labels.keys()) {
    const samples = shuffled(dataset.samples.filter((sample) => sample.label === label), random);
    const testCount = Math.max(1, Math.round(samples.length * testFraction));
    parts.test.push(...samples.slice(0, testCount));
    parts.train.push(...samples.slice(testCount));
  }
  return parts;
}

function statistics(samples: readonly Sample[]): {mean: number; deviation: number}[] {
  const features = (samples[0] as Sample).input.length;
  return Array.from({length: features}, (_, i) => {
    const values = samples.map((sample) => Number(sample.input[i]));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    return {mean, deviation: Math.sqrt(variance) || 1};
  });
}

/** Rewrites the first layer so that it takes raw integers instead of standardised features. */
function foldStandardisation(network: FloatNetwork, features: readonly {mean: number; deviation: number}[]): FloatNetwork {
  return {
    layers: network.layers.map(({weights, biases}, index) => {
      if (index > 0) return {weights, biases};
      const folded = weights.map((row) => row.map((weight, i) => weight / (features[i]?.deviation ?? 1)));
      return {
        weights: folded,
        biases: biases.map((bias, j) => bias - (folded[j] as number[]).reduce((sum, weight, i) => sum + weight * (features[i]?.mean ?? 0), 0)),
      };
    }),
  };
}

/** Bits that hold every feature of the dataset, sign included, and at least 4. */
function bitsFor(dataset: Dataset): number {
  const highest = dataset.samples.flatMap(({input}) => input).reduce((most, value) => {
    const magnitude = value < 0n ? -value - 1n : value;
    return magnitude > most ? magnitude : most;
  }, 7n);
  return highest.toString(2).length + 1;
}

export function trainClassifier(dataset: Dataset, options: ClassifierOptions): Classifier {
  const random = seededRandom(options.seed);
  const parts = split(dataset, options.testFraction, random);
  const features = statistics(parts.train);
  const standardised = parts.train.map(({input, label}) => ({
    input: input.map((value, i) => (Number(value) - (features[i]?.mean ?? 0)) / (features[i]?.deviation ?? 1)),
    label,
  }));
  const trained = train(standardised, dataset.labels.length, {
    hidden: options.hidden, epochs: options.epochs, batchSize: BATCH_SIZE, learningRate: LEARNING_RATE,
    weightDecay: WEIGHT_DECAY, random, onEpoch: options.onEpoch,
  });
  const network = foldStandardisation(trained, features);
  const inputBounds = features.map((_, i) => Math.max(...dataset.samples.map(({input}) => Math.abs(Number(input[i])))));
  const quantisation = quantise(network, {...options.quantise, inputBits: bitsFor(dataset), inputBounds});
  const {model, outputScale} = quantisation;
  const right = (sample: Sample, output: readonly (number | bigint)[]): boolean => argmax(output) === sample.label;
  const share = (count: number): number => count / parts.test.length;
  const errors = dataset.samples.map(({input}) => {
    const logits = evaluate(network, input.map(Number));
    return Math.max(...infer(model, input).map((value, k) => Math.abs(Number(value) / outputScale - (logits[k] as number))));
  });
  return {
    network, quantisation,
    trainCount: parts.train.length,
    heldOut: parts.test,
    accuracy: {
      float: share(parts.test.filter((sample) => right(sample, evaluate(network, sample.input.map(Number)))).length),
      integer: share(parts.test.filter((sample) => right(sample, infer(model, sample.input))).length),
    },
    measuredError: Math.max(...errors),
  };
}
