/**
 * A small language model of words, letter by letter: embeddings of the letters before, two hidden layers with relu, logits of the
 * next letter (Bengio and others, "A neural probabilistic language model", 2003); and LoRA adapters on its linear layers
 * (Hu and others, "LoRA: low-rank adaptation of large language models", 2021): y = W x + b + s B (A x).
 */
import {normal, shuffled} from './random.ts';

export interface LinearLayer {
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  /** outputs × inputs. */
  readonly weights: Float64Array;
  readonly biases: Float64Array;
}

export interface CharacterModel {
  /** Letters before the one to be told. */
  readonly context: number;
  /** Symbols; the first ends a word and stands before it. */
  readonly alphabet: string;
  readonly embeddingSize: number;
  /** alphabet × embeddingSize. */
  readonly embedding: Float64Array;
  readonly layers: readonly LinearLayer[];
}

export interface LayerAdapter {
  readonly rank: number;
  readonly scaling: number;
  readonly a: Float64Array;
  readonly b: Float64Array;
}

export type ModelAdapter = ReadonlyMap<string, LayerAdapter>;

export interface LanguageTraining {
  readonly epochs: number;
  readonly learningRate: number;
  readonly random: () => number;
  readonly onEpoch?: ((epoch: number, loss: number) => void) | undefined;
}

export const END = '.';
export const LETTERS = `${END}abcdefghijklmnopqrstuvwxyz`;
const BATCH = 32;

interface Sample {
  readonly letters: readonly number[];
  readonly next: number;
}

export function createCharacterModel(random: () => number, sizes = {context: 8, embedding: 12, hidden: 64}): CharacterModel {
  const {context, embedding: embeddingSize, hidden} = sizes;
  const layer = (name: string, inputs: number, outputs: number): LinearLayer => ({
    name, inputs, outputs, biases: new Float64Array(outputs),
    weights: Float64Array.from({length: inputs * outputs}, () => normal(random) * Math.sqrt(2 / inputs)),
  });
  return {
    context, alphabet: LETTERS, embeddingSize,
    embedding: Float64Array.from({length: LETTERS.length * embeddingSize}, () => normal(random) * 0.3),
    layers: [layer('layers.0', context * embeddingSize, hidden), layer('layers.1', hidden, hidden), layer('head', hidden, LETTERS.length)],
  };
}

/** A of small random entries and B of zeros: an adapter that changes nothing yet. */
export function createAdapter(model: CharacterModel, names: readonly string[], rank: number, alpha: number, random: () => number): ModelAdapter {
  return new Map(model.layers.filter(({name}) => names.includes(name)).map(({name, inputs, outputs}) => [name, {
    rank, scaling: alpha / rank, b: new Float64Array(outputs * rank),
    a: Float64Array.from({length: rank * inputs}, () => normal(random) / Math.sqrt(inputs)),
  }]));
}

/** Trains the model itself, in place. */
export function trainModel(model: CharacterModel, words: readonly string[], options: LanguageTraining): void {
  train(model, words, undefined, options);
}

/** Trains the adapter, in place; the model stays as it is. */
export function trainAdapter(model: CharacterModel, words: readonly string[], adapter: ModelAdapter, options: LanguageTraining): void {
  train(model, words, adapter, options);
}

/** Mean cross entropy per letter, in nats. */
export function languageLoss(model: CharacterModel, words: readonly string[], adapter?: ModelAdapter): number {
  const samples = samplesOf(model, words);
  let loss = 0;
  for (const {letters, next} of samples) loss -= Math.log(probabilities(forward(model, letters, adapter).at(-1)!.output)[next]!);
  return loss / samples.length;
}

/** The concatenated embeddings of the letters: the input of the first layer. */
export function embed({embedding, embeddingSize}: CharacterModel, letters: readonly number[]): Float64Array {
  const x = new Float64Array(letters.length * embeddingSize);
  letters.forEach((letter, i) => x.set(embedding.subarray(letter * embeddingSize, (letter + 1) * embeddingSize), i * embeddingSize));
  return x;
}

/** W x + b. */
export function applyLayer({inputs, outputs, weights, biases}: LinearLayer, x: Float64Array): Float64Array {
  const y = new Float64Array(outputs);
  for (let o = 0; o < outputs; o++) {
    let sum = biases[o]!;
    for (let i = 0; i < inputs; i++) sum += weights[o * inputs + i]! * x[i]!;
    y[o] = sum;
  }
  return y;
}

export function relu(values: Float64Array): Float64Array {
  return values.map((value) => Math.max(0, value));
}

export function probabilities(logits: Float64Array): Float64Array {
  const highest = Math.max(...logits);
  const exponentials = logits.map((logit) => Math.exp(logit - highest));
  const sum = exponentials.reduce((total, value) => total + value, 0);
  return exponentials.map((value) => value / sum);
}

export function letterIndices({alphabet, context}: CharacterModel, word: string): number[] {
  const letters = [...word].map((letter) => alphabet.indexOf(letter));
  return [...new Array<number>(context).fill(0), ...letters].slice(-context);
}

function samplesOf(model: CharacterModel, words: readonly string[]): Sample[] {
  return words.flatMap((word) => Array.from({length: word.length + 1}, (_, i) => ({
    letters: letterIndices(model, word.slice(0, i)), next: i === word.length ? 0 : model.alphabet.indexOf(word[i]!),
  })));
}

interface Activation {
  readonly input: Float64Array;
  /** A x, with an adapter. */
  readonly hidden: Float64Array | undefined;
  readonly output: Float64Array;
}

function forward(model: CharacterModel, letters: readonly number[], adapter: ModelAdapter | undefined): Activation[] {
  let input = embed(model, letters);
  return model.layers.map((layer, index) => {
    if (index > 0) input = relu(input);
    const output = applyLayer(layer, input);
    const own = adapter?.get(layer.name);
    let hidden: Float64Array | undefined;
    if (own !== undefined) {
      hidden = new Float64Array(own.rank);
      for (let k = 0; k < own.rank; k++) for (let i = 0; i < layer.inputs; i++) hidden[k]! += own.a[k * layer.inputs + i]! * input[i]!;
      for (let o = 0; o < layer.outputs; o++) for (let k = 0; k < own.rank; k++) output[o]! += own.scaling * own.b[o * own.rank + k]! * hidden[k]!;
    }
    const activation = {input, hidden, output};
    input = output;
    return activation;
  });
}

function train(model: CharacterModel, words: readonly string[], adapter: ModelAdapter | undefined, options: LanguageTraining): void {
  const samples = samplesOf(model, words);
  const isModel = adapter === undefined;
  const parameters = isModel ? [model.embedding, ...model.layers.flatMap(({weights, biases}) => [weights, biases])] : [...adapter.values()].flatMap(({a, b}) => [a, b]);
  const gradients = new Map(parameters.map((values) => [values, new Float64Array(values.length)]));
  const step = adam(parameters, gradients);
  for (let epoch = 0; epoch < options.epochs; epoch++) {
    let loss = 0;
    const order = shuffled(samples, options.random);
    // The rate goes down linearly, to a tenth.
    const rate = options.learningRate * (1 - (0.9 * epoch) / Math.max(1, options.epochs - 1));
    for (let start = 0; start < order.length; start += BATCH) {
      const batch = order.slice(start, start + BATCH);
      for (const sample of batch) loss += accumulate(model, adapter, gradients, sample, isModel);
      step(rate, batch.length);
    }
    options.onEpoch?.(epoch, loss / samples.length);
  }
}

/** Adds the gradients of one sample; answers its loss. */
function accumulate(
  model: CharacterModel, adapter: ModelAdapter | undefined, gradients: ReadonlyMap<Float64Array, Float64Array>, {letters, next}: Sample, isModel: boolean,
): number {
  const activations = forward(model, letters, adapter);
  const likely = probabilities(activations.at(-1)!.output);
  let gradient = likely.map((value, i) => value - (i === next ? 1 : 0));
  for (let index = model.layers.length - 1; index >= 0; index--) {
    const layer = model.layers[index]!;
    const {input, hidden} = activations[index]!;
    const {inputs, outputs, weights, biases} = layer;
    const back = new Float64Array(inputs);
    if (isModel) {
      const [ofWeights, ofBiases] = [gradients.get(weights)!, gradients.get(biases)!];
      for (let o = 0; o < outputs; o++) {
        ofBiases[o]! += gradient[o]!;
        for (let i = 0; i < inputs; i++) ofWeights[o * inputs + i]! += gradient[o]! * input[i]!;
      }
    }
    for (let o = 0; o < outputs; o++) for (let i = 0; i < inputs; i++) back[i]! += weights[o * inputs + i]! * gradient[o]!;
    const own = adapter?.get(layer.name);
    if (own !== undefined) {
      const [ofA, ofB] = [gradients.get(own.a)!, gradients.get(own.b)!];
      for (let k = 0; k < own.rank; k++) {
        let through = 0;
        for (let o = 0; o < outputs; o++) {
          ofB[o * own.rank + k]! += own.scaling * gradient[o]! * hidden![k]!;
          through += own.scaling * own.b[o * own.rank + k]! * gradient[o]!;
        }
        for (let i = 0; i < inputs; i++) {
          ofA[k * inputs + i]! += through * input[i]!;
          back[i]! += through * own.a[k * inputs + i]!;
        }
      }
    }
    if (index > 0) {
      const before = activations[index - 1]!.output;
      gradient = back.map((value, i) => (before[i]! > 0 ? value : 0));
    } else if (isModel) {
      const ofEmbedding = gradients.get(model.embedding)!;
      letters.forEach((letter, i) => {
        for (let e = 0; e < model.embeddingSize; e++) ofEmbedding[letter * model.embeddingSize + e]! += back[i * model.embeddingSize + e]!;
      });
    }
  }
  return -Math.log(likely[next]!);
}

/** Adam (Kingma and Ba, 2015). The answered function takes a step and clears the gradients. */
function adam(parameters: readonly Float64Array[], gradients: ReadonlyMap<Float64Array, Float64Array>): (rate: number, samples: number) => void {
  const [beta1, beta2, epsilon] = [0.9, 0.999, 1e-8];
  const moments = parameters.map((values) => [new Float64Array(values.length), new Float64Array(values.length)] as const);
  let steps = 0;
  return (rate, samples) => {
    steps++;
    const [correction1, correction2] = [1 - beta1 ** steps, 1 - beta2 ** steps];
    parameters.forEach((values, p) => {
      const gradient = gradients.get(values)!;
      const [first, second] = moments[p]!;
      for (let i = 0; i < values.length; i++) {
        const g = gradient[i]! / samples;
        first[i] = beta1 * first[i]! + (1 - beta1) * g;
        second[i] = beta2 * second[i]! + (1 - beta2) * g * g;
        values[i]! -= (rate * (first[i]! / correction1)) / (Math.sqrt(second[i]! / correction2) + epsilon);
      }
      gradient.fill(0);
    });
  };
}
