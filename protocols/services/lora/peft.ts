/** Adapters in Hugging Face's PEFT layout: adapter_config.json and adapter_model.safetensors (github.com/huggingface/peft). */
import {mkdir, readFile, stat, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {LoraError} from './errors.ts';
import {ADAPTER_CONFIG_BYTES_MAX, SAFETENSORS_BYTES_MAX} from './limits.ts';
import {readSafetensors, writeSafetensors} from './safetensors.ts';
import type {Tensor} from './safetensors.ts';

export interface AdapterModule {
  /** Where it sits in the base model: `transformer.h.0.attn.c_attn`. */
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  readonly rank: number;
  /** rank × inputs. */
  readonly a: Float32Array;
  /** outputs × rank. */
  readonly b: Float32Array;
  /** alpha / rank, or alpha / √rank (rsLoRA). */
  readonly scaling: number;
}

export interface Adapter {
  readonly baseModel: string;
  readonly modules: readonly AdapterModule[];
}

const CONFIG_FILE = 'adapter_config.json';
const WEIGHTS_FILE = 'adapter_model.safetensors';
/** The name of the adapter may stand before `weight`, as PEFT writes it when there are several. */
const TENSOR_NAME = /^base_model\.model\.(.+)\.lora_(A|B)(?:\.default)?\.weight$/;

/** Reads an adapter. Throws `LoraError` that names the file's part and what was expected. */
export async function readAdapter(folder: string): Promise<Adapter> {
  const config = parseConfig(await readBounded(join(folder, CONFIG_FILE), ADAPTER_CONFIG_BYTES_MAX));
  const tensors = readSafetensors(await readBounded(join(folder, WEIGHTS_FILE), SAFETENSORS_BYTES_MAX));
  const parts = new Map<string, {A?: Tensor; B?: Tensor}>();
  for (const [name, tensor] of tensors) {
    const match = TENSOR_NAME.exec(name);
    if (match === null) throw new LoraError('unknownTensor', `tensor ${name} is no LoRA matrix: expected base_model.model.MODULE.lora_A.weight or lora_B.weight`);
    const [, module, side] = match as unknown as [string, string, 'A' | 'B'];
    const entry = parts.get(module) ?? {};
    if (entry[side] !== undefined) throw new LoraError('unknownTensor', `module ${module} has two lora_${side}`);
    parts.set(module, {...entry, [side]: tensor});
  }
  if (parts.size === 0) throw new LoraError('missingTensor', 'the adapter has no modules');
  const modules = [...parts].sort(([x], [y]) => (x < y ? -1 : 1)).map(([name, {A, B}]) => moduleOf(name, A, B, config));
  return {baseModel: config.baseModel, modules};
}

interface Config {
  readonly baseModel: string;
  readonly rank: number;
  readonly scaling: number;
  readonly isTarget: (module: string) => boolean;
}

function parseConfig(bytes: Uint8Array): Config {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', {fatal: true}).decode(bytes));
  } catch (cause) {
    throw new LoraError('notJson', `${CONFIG_FILE} is not JSON`, {cause});
  }
  const config = (typeof json === 'object' && json !== null ? json : {}) as Record<string, unknown>;
  const unsupported = (field: string, expected: string): LoraError =>
    new LoraError('unsupportedAdapter', `${CONFIG_FILE}: ${field} is ${JSON.stringify(config[field])}, expected ${expected}`);
  if (config['peft_type'] !== 'LORA') throw unsupported('peft_type', '"LORA"');
  const {r, lora_alpha: alpha, target_modules: targets} = config;
  if (typeof r !== 'number' || !Number.isInteger(r) || r < 1) throw unsupported('r', 'a whole number from 1');
  if (typeof alpha !== 'number' || !Number.isFinite(alpha) || alpha === 0) throw unsupported('lora_alpha', 'a number other than 0');
  for (const field of ['use_dora', 'lora_bias']) if ((config[field] ?? false) !== false) throw unsupported(field, 'false');
  if ((config['bias'] ?? 'none') !== 'none') throw unsupported('bias', '"none"');
  // Ranks and scales of single modules, and modules that are replaced whole, would make other numbers than these.
  for (const field of ['rank_pattern', 'alpha_pattern']) if (Object.keys((config[field] as object | null | undefined) ?? {}).length > 0) throw unsupported(field, 'nothing');
  if (((config['modules_to_save'] as unknown[] | null | undefined) ?? []).length > 0) throw unsupported('modules_to_save', 'nothing');
  return {
    baseModel: typeof config['base_model_name_or_path'] === 'string' ? config['base_model_name_or_path'] : '',
    rank: r,
    scaling: config['use_rslora'] === true ? alpha / Math.sqrt(r) : alpha / r,
    isTarget: targetTest(targets, unsupported),
  };
}

/** A list names modules by their last parts; PEFT's other form, a regular expression, is not run: it comes from outside. */
function targetTest(targets: unknown, unsupported: (field: string, expected: string) => LoraError): (module: string) => boolean {
  if (targets === 'all-linear') return () => true;
  if (!Array.isArray(targets) || targets.length === 0 || !targets.every((target) => typeof target === 'string')) {
    throw unsupported('target_modules', 'a list of names or "all-linear"');
  }
  return (module) => targets.some((target: string) => module === target || module.endsWith(`.${target}`));
}

function moduleOf(name: string, a: Tensor | undefined, b: Tensor | undefined, {rank, scaling, isTarget}: Config): AdapterModule {
  if (a === undefined || b === undefined) throw new LoraError('missingTensor', `module ${name} has no lora_${a === undefined ? 'A' : 'B'}`);
  if (!isTarget(name)) throw new LoraError('unknownTensor', `module ${name} is not among target_modules`);
  if (a.shape.length !== 2 || a.shape[0] !== rank) throw new LoraError('wrongShape', `lora_A of ${name} is ${a.shape.join(' × ')}, expected ${rank} × inputs`);
  if (b.shape.length !== 2 || b.shape[1] !== rank) throw new LoraError('wrongShape', `lora_B of ${name} is ${b.shape.join(' × ')}, expected outputs × ${rank}`);
  return {name, inputs: a.shape[1]!, outputs: b.shape[0]!, rank, a: a.values, b: b.values, scaling};
}

/** Throws `LoraError` when a module does not fit the base model. @param base inputs and outputs by module name */
export function requireFit(adapter: Adapter, base: ReadonlyMap<string, {readonly inputs: number; readonly outputs: number}>): void {
  for (const {name, inputs, outputs} of adapter.modules) {
    const layer = base.get(name);
    if (layer === undefined) throw new LoraError('wrongModule', `the base model has no module ${name}: it has ${[...base.keys()].join(', ')}`);
    if (layer.inputs !== inputs || layer.outputs !== outputs) {
      throw new LoraError('wrongShape', `module ${name} takes ${inputs} → ${outputs}, the base model's is ${layer.inputs} → ${layer.outputs}`);
    }
  }
}

/** Writes an adapter whose modules share rank and scaling. */
export async function writeAdapter(folder: string, {baseModel, modules}: Adapter): Promise<void> {
  const [first] = modules;
  if (first === undefined) throw new LoraError('missingTensor', 'the adapter has no modules');
  await mkdir(folder, {recursive: true});
  const config = {
    base_model_name_or_path: baseModel, bias: 'none', lora_alpha: first.scaling * first.rank, lora_dropout: 0, peft_type: 'LORA', r: first.rank,
    target_modules: modules.map(({name}) => name), task_type: 'CAUSAL_LM',
  };
  await writeFile(join(folder, CONFIG_FILE), `${JSON.stringify(config, null, 2)}\n`);
  const tensors = new Map<string, Tensor>();
  for (const {name, inputs, outputs, rank, a, b} of modules) {
    tensors.set(`base_model.model.${name}.lora_A.weight`, {shape: [rank, inputs], values: a});
    tensors.set(`base_model.model.${name}.lora_B.weight`, {shape: [outputs, rank], values: b});
  }
  await writeFile(join(folder, WEIGHTS_FILE), writeSafetensors(tensors), {mode: 0o600});
}

async function readBounded(path: string, bytesMax: number): Promise<Uint8Array> {
  const {size} = await stat(path);
  if (size > bytesMax) throw new LoraError('fileTooLarge', `${path} has ${size} bytes, at most ${bytesMax}`);
  return readFile(path);
}
