import {readFile, stat, writeFile} from 'node:fs/promises';
import {LETTERS} from '../training/character-model.ts';
import type {CharacterModel} from '../training/character-model.ts';
import {LoraError} from './errors.ts';
import {SAFETENSORS_BYTES_MAX} from './limits.ts';
import {readSafetensors, writeSafetensors} from './safetensors.ts';
import type {Tensor} from './safetensors.ts';

const EMBEDDING = 'embedding.weight';

/** A base model as one safetensors file: embedding.weight, and LAYER.weight and LAYER.bias in the order of the layers. */
export async function writeBaseModel(path: string, model: CharacterModel): Promise<void> {
  const tensors = new Map<string, Tensor>([[EMBEDDING, {shape: [model.alphabet.length, model.embeddingSize], values: Float32Array.from(model.embedding)}]]);
  for (const {name, inputs, outputs, weights, biases} of model.layers) {
    tensors.set(`${name}.weight`, {shape: [outputs, inputs], values: Float32Array.from(weights)});
    tensors.set(`${name}.bias`, {shape: [outputs], values: Float32Array.from(biases)});
  }
  await writeFile(path, writeSafetensors(tensors));
}

/** Throws `LoraError` on a file that is not such a model. */
export async function readBaseModel(path: string): Promise<CharacterModel> {
  const {size} = await stat(path);
  if (size > SAFETENSORS_BYTES_MAX) throw new LoraError('fileTooLarge', `${path} has ${size} bytes, at most ${SAFETENSORS_BYTES_MAX}`);
  const tensors = readSafetensors(await readFile(path));
  const embedding = tensors.get(EMBEDDING);
  if (embedding === undefined || embedding.shape.length !== 2 || embedding.shape[0] !== LETTERS.length) throw new LoraError('wrongShape', `${path}: ${EMBEDDING} is missing or not ${LETTERS.length} × size`);
  const layers = [...tensors].filter(([name]) => name !== EMBEDDING && name.endsWith('.weight')).map(([tensor, {shape, values}]) => {
    const name = tensor.slice(0, -'.weight'.length);
    const biases = tensors.get(`${name}.bias`);
    if (shape.length !== 2 || biases === undefined || biases.values.length !== shape[0]) throw new LoraError('wrongShape', `${path}: layer ${name} has no matrix and bias that fit`);
    return {name, inputs: shape[1]!, outputs: shape[0]!, weights: Float64Array.from(values), biases: Float64Array.from(biases.values)};
  });
  const embeddingSize = embedding.shape[1]!;
  let width = layers[0]?.inputs ?? 0;
  const context = width / embeddingSize;
  for (const {name, inputs, outputs} of layers) {
    if (inputs !== width) throw new LoraError('wrongShape', `${path}: layer ${name} takes ${inputs} inputs, the one before gives ${width}`);
    width = outputs;
  }
  if (!Number.isInteger(context) || context < 1 || width !== LETTERS.length) throw new LoraError('wrongShape', `${path}: the layers do not lead from embeddings to ${LETTERS.length} letters`);
  return {context, alphabet: LETTERS, embeddingSize, embedding: Float64Array.from(embedding.values), layers};
}
