/** A base-model user's side: runs the base layers and asks contributors for what their modules add, layer by layer. */
import {decodeLoraOutputs, encodeLoraInputs} from '#precompiles/codec';
import {applyLayer, embed, letterIndices, probabilities, relu} from '../training/character-model.ts';
import type {CharacterModel, LinearLayer} from '../training/character-model.ts';
import type {ContributorClient} from './contributor-client.ts';
import {LoraError} from './errors.ts';
import {REQUEST_TOKEN_COUNT_MAX} from './limits.ts';
import type {ModuleManifest} from './package.ts';
import {quantiseInputs} from './quantise.ts';

const WORD_LETTERS_MAX = 16;

interface Served {
  readonly client: Pick<ContributorClient, 'apply'>;
  readonly index: number;
  readonly module: ModuleManifest;
}

export interface WritingOptions {
  /** Words, written at the same time: at most as many as a request may have tokens. */
  readonly count: number;
  readonly random: () => number;
  readonly onProgress?: ((fraction: number, what: string) => void) | undefined;
}

/** Which contributor serves which layer. Throws `LoraError` on a module that the model has not, of another shape, or served twice. */
export function modulesByLayer(model: CharacterModel, clients: readonly Pick<ContributorClient, 'apply' | 'manifest'>[]): Map<string, Served> {
  const served = new Map<string, Served>();
  for (const client of clients) {
    for (const [index, module] of client.manifest.modules.entries()) {
      const layer = model.layers.find(({name}) => name === module.name);
      if (layer === undefined) throw new LoraError('wrongModule', `the base model has no layer ${module.name}`);
      if (layer.inputs !== module.shape.inputs || layer.outputs !== module.shape.outputs) {
        throw new LoraError('wrongShape', `module ${module.name} takes ${module.shape.inputs} → ${module.shape.outputs}, the layer ${layer.inputs} → ${layer.outputs}`);
      }
      if (served.has(module.name)) throw new LoraError('wrongModule', `layer ${module.name} is served by two contributors`);
      served.set(module.name, {client, index, module});
    }
  }
  return served;
}

/** Writes words letter by letter; contributors see the inputs of their own layers only. */
export async function writeWords(model: CharacterModel, served: ReadonlyMap<string, Served>, {count, random, onProgress}: WritingOptions): Promise<string[]> {
  if (!Number.isInteger(count) || count < 1 || count > REQUEST_TOKEN_COUNT_MAX) throw new LoraError('limitReached', `${count} words, expected 1 to ${REQUEST_TOKEN_COUNT_MAX}`);
  const words = new Array<string>(count).fill('');
  let open = words.map((_, i) => i);
  for (let letter = 0; letter < WORD_LETTERS_MAX && open.length > 0; letter++) {
    onProgress?.(letter / WORD_LETTERS_MAX, 'writing');
    const logits = await forwardAll(model, served, open.map((i) => letterIndices(model, words[i]!)));
    open = open.filter((i, position) => {
      const next = draw(probabilities(logits[position]!), random);
      if (next !== 0) words[i] += model.alphabet[next]!;
      return next !== 0;
    });
  }
  return words;
}

/** Logits of the next letter for each context. */
export async function forwardAll(model: CharacterModel, served: ReadonlyMap<string, Served>, contexts: readonly (readonly number[])[]): Promise<Float64Array[]> {
  let states = contexts.map((letters) => embed(model, letters));
  for (const [index, layer] of model.layers.entries()) {
    const inputs = index === 0 ? states : states.map(relu);
    const own = served.get(layer.name);
    states = own === undefined ? inputs.map((x) => applyLayer(layer, x)) : await applyServed(layer, own, inputs);
  }
  return states;
}

async function applyServed(layer: LinearLayer, {client, index, module}: Served, inputs: readonly Float64Array[]): Promise<Float64Array[]> {
  const all = new Float64Array(inputs.length * layer.inputs);
  inputs.forEach((x, t) => all.set(x, t * layer.inputs));
  const {integers, scale} = quantiseInputs(all);
  const y = decodeLoraOutputs(module.shape, await client.apply(index, encodeLoraInputs(integers)));
  return inputs.map((x, t) => {
    const output = module.mode === 'replace' ? new Float64Array(layer.outputs) : applyLayer(layer, x);
    for (let o = 0; o < layer.outputs; o++) output[o]! += y[t * layer.outputs + o]! * module.outputScale * scale;
    return output;
  });
}

function draw(likely: Float64Array, random: () => number): number {
  let rest = random();
  for (let i = 0; i < likely.length; i++) {
    rest -= likely[i]!;
    if (rest < 0) return i;
  }
  return likely.length - 1;
}
