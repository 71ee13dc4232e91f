import {afterAll, beforeAll, describe, expect, it} from '@jest/globals';
import fc from 'fast-check';
import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {decodeLoraInputs, encodeLoraOutputs} from '#precompiles/codec';
import {trainDemoAdapter} from '../../../protocols/services/lora/demo-adapter.ts';
import {LoraError} from '../../../protocols/services/lora/errors.ts';
import {forwardAll} from '../../../protocols/services/lora/infer.ts';
import {commitAdapter, readLoraPackage, readPublicPackage, requirePublicPackage, writePackage} from '../../../protocols/services/lora/package.ts';
import {readAdapter, requireFit, writeAdapter} from '../../../protocols/services/lora/peft.ts';
import type {Adapter, AdapterModule} from '../../../protocols/services/lora/peft.ts';
import {quantisationBound, quantiseInputs, quantiseModule} from '../../../protocols/services/lora/quantise.ts';
import {readSafetensors, writeSafetensors} from '../../../protocols/services/lora/safetensors.ts';
import {applyLora} from '../../../protocols/services/lora/weights.ts';
import type {LoraWeights} from '../../../protocols/services/lora/weights.ts';
import {letterIndices} from '../../../protocols/services/training/character-model.ts';
import {randomAdapter} from './network-support.ts';

let folder: string;
beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), 'qanat-lora-')); });
afterAll(() => rm(folder, {recursive: true, force: true}));

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof LoraError) return error.code;
    throw error;
  }
  return 'none';
}

function localOutputs(module: LoraWeights, inputs: Uint8Array): Uint8Array {
  return encodeLoraOutputs(module.shape, applyLora(module, decodeLoraInputs(inputs)));
}

async function codeOfAsync(work: Promise<unknown>): Promise<string> {
  return work.then(() => 'none', (error: unknown) => (error instanceof LoraError ? error.code : String(error)));
}

/** A safetensors file with this header, and as many bytes of tensors. */
function file(header: unknown, data: Uint8Array = new Uint8Array(0)): Uint8Array {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Uint8Array.from(Buffer.concat([length, text, data]));
}

const tensor = (shape: number[], begin: number, end: number, dtype = 'F32'): unknown => ({dtype, shape, data_offsets: [begin, end]});

describe('safetensors', () => {
  it('come back as they were written', () => {
    const tensors = new Map([['a', {shape: [2, 3], values: Float32Array.of(1, -2, 0.5, 0, 1e-20, 3e38)}], ['b', {shape: [], values: Float32Array.of(7)}]]);
    expect(readSafetensors(writeSafetensors(tensors))).toEqual(tensors);
  });

  it('are read in half precision too', () => {
    const bytes = Uint8Array.of(0x00, 0x3c, 0x00, 0xc0, 0x01, 0x00, 0xff, 0x7b);
    expect([...readSafetensors(file({h: tensor([4], 0, 8, 'F16')}, bytes)).get('h')!.values]).toEqual([1, -2, 2 ** -24, 65_504]);
    expect([...readSafetensors(file({h: tensor([2], 0, 4, 'BF16')}, Uint8Array.of(0x80, 0x3f, 0x20, 0xc0))).get('h')!.values]).toEqual([1, -2.5]);
  });

  it('are refused with what is wrong in them', () => {
    const eight = new Uint8Array(8);
    const cases: [string, Uint8Array][] = [
      ['wrongHeader', new Uint8Array(7)],
      ['wrongHeader', Uint8Array.from([255, 255, 255, 255, 255, 255, 255, 255])],
      ['wrongHeader', file({}).subarray(0, 9)],
      ['notJson', file('{"a":')],
      ['notJson', file(Buffer.from([0x7b, 0xff, 0x7d]).toString('latin1'))],
      ['wrongHeader', file('[]')],
      ['wrongDtype', file({a: tensor([2], 0, 8, 'I8')}, eight)],
      ['wrongDtype', file({a: tensor([2], 0, 8, 'toString')}, eight)],
      ['wrongDtype', file({a: null}, eight)],
      ['wrongShape', file({a: tensor([-2], 0, 8)}, eight)],
      ['wrongShape', file({a: {dtype: 'F32', shape: 'x', data_offsets: [0, 8]}}, eight)],
      ['wrongOffsets', file({a: tensor([2], 0, 4)}, eight)],
      ['wrongOffsets', file({a: {dtype: 'F32', shape: [2], data_offsets: [0, 8, 9]}}, eight)],
      // Overlapping, with a gap, beyond the end, not all of the file.
      ['wrongOffsets', file({a: tensor([1], 0, 4), b: tensor([1], 0, 4)}, eight)],
      ['wrongOffsets', file({a: tensor([1], 0, 4), b: tensor([1], 2, 6)}, eight)],
      ['wrongOffsets', file({a: tensor([1], 4, 8)}, eight)],
      ['wrongOffsets', file({a: tensor([3], 0, 12)}, eight)],
      ['wrongOffsets', file({a: tensor([1], 0, 4)}, eight)],
      ['wrongOffsets', file('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}', eight)],
      ['notFinite', file({a: tensor([2], 0, 8)}, Uint8Array.of(0, 0, 0, 0, 0, 0, 0xc0, 0x7f))],
      ['notFinite', file({a: tensor([1], 0, 2, 'F16')}, Uint8Array.of(0, 0x7c))],
      ['limitReached', file(Object.fromEntries(Array.from({length: 4_097}, (_, i) => [`t${i}`, tensor([0], 0, 0)])))],
    ];
    for (const [i, [code, bytes]] of cases.entries()) expect([i, codeOf(() => readSafetensors(bytes))]).toEqual([i, code]);
  });

  it('never throw anything else, whatever the bytes', () => {
    const valid = writeSafetensors(new Map([['a', {shape: [2], values: Float32Array.of(1, 2)}]]));
    fc.assert(fc.property(fc.nat({max: valid.length - 1}), fc.nat({max: 255}), (at, value) => {
      const changed = valid.slice();
      changed[at] = value;
      codeOf(() => readSafetensors(changed));
    }));
    fc.assert(fc.property(fc.uint8Array({maxLength: 64}), (bytes) => { codeOf(() => readSafetensors(bytes)); }));
  });
});

describe('PEFT adapters', () => {
  const module = (name: string, inputs = 3, outputs = 2): AdapterModule => ({
    name, inputs, outputs, rank: 1, scaling: 2, a: new Float32Array(inputs).fill(0.5), b: new Float32Array(outputs).fill(-1),
  });
  const adapter: Adapter = {baseModel: 'distilgpt2', modules: [module('transformer.h.0.attn.c_attn'), module('transformer.h.1.attn.c_attn')]};

  async function written(name: string, change: (config: Record<string, unknown>) => void = () => undefined): Promise<string> {
    const path = join(folder, name);
    await writeAdapter(path, adapter);
    const config = JSON.parse(await readFile(join(path, 'adapter_config.json'), 'utf8')) as Record<string, unknown>;
    change(config);
    await writeFile(join(path, 'adapter_config.json'), JSON.stringify(config));
    return path;
  }

  it('are read with their scaling, targets by their last name', async () => {
    expect(await readAdapter(await written('plain'))).toEqual(adapter);
    const byLast = await readAdapter(await written('last', (config) => { config['target_modules'] = ['c_attn']; config['use_rslora'] = true; config['r'] = 1; config['lora_alpha'] = 3; }));
    expect(byLast.modules.map(({scaling}) => scaling)).toEqual([3, 3]);
  });

  it('are refused with what is wrong in them', async () => {
    const changes: [string, Record<string, unknown>][] = [
      ['unsupportedAdapter', {peft_type: 'IA3'}], ['unsupportedAdapter', {r: 0}], ['unsupportedAdapter', {lora_alpha: 'x'}],
      ['unsupportedAdapter', {use_dora: true}], ['unsupportedAdapter', {bias: 'all'}], ['unsupportedAdapter', {rank_pattern: {x: 2}}],
      ['unsupportedAdapter', {modules_to_save: ['lm_head']}], ['unsupportedAdapter', {target_modules: '.*'}], ['unsupportedAdapter', {target_modules: []}],
      ['unknownTensor', {target_modules: ['c_proj']}], ['wrongShape', {r: 2}],
    ];
    for (const [i, [code, change]] of changes.entries()) {
      const path = await written(`refused-${i}`, (config) => { Object.assign(config, change); });
      expect([change, await codeOfAsync(readAdapter(path))]).toEqual([change, code]);
    }
    const weights: [string, Map<string, {shape: number[]; values: Float32Array}>][] = [
      ['missingTensor', new Map()],
      ['missingTensor', new Map([['base_model.model.transformer.h.0.attn.c_attn.lora_A.weight', {shape: [1, 3], values: new Float32Array(3)}]])],
      ['unknownTensor', new Map([['wte.weight', {shape: [1], values: new Float32Array(1)}]])],
      ['wrongShape', new Map([
        ['base_model.model.transformer.h.0.attn.c_attn.lora_A.weight', {shape: [1, 3], values: new Float32Array(3)}],
        ['base_model.model.transformer.h.0.attn.c_attn.lora_B.weight', {shape: [2], values: new Float32Array(2)}],
      ])],
    ];
    for (const [code, tensors] of weights) {
      const path = await written(`weights-${code}-${tensors.size}`);
      await writeFile(join(path, 'adapter_model.safetensors'), writeSafetensors(tensors));
      expect(await codeOfAsync(readAdapter(path))).toBe(code);
    }
    await writeFile(join(folder, 'plain', 'adapter_config.json'), 'no JSON');
    expect(await codeOfAsync(readAdapter(join(folder, 'plain')))).toBe('notJson');
  });

  it('have to fit the base model', () => {
    const base = new Map([['transformer.h.0.attn.c_attn', {inputs: 3, outputs: 2}], ['transformer.h.1.attn.c_attn', {inputs: 3, outputs: 2}]]);
    expect(codeOf(() => requireFit(adapter, base))).toBe('none');
    expect(codeOf(() => requireFit({...adapter, modules: [module('transformer.h.0.attn.c_attn', 4)]}, base))).toBe('wrongShape');
    expect(codeOf(() => requireFit({...adapter, modules: [module('transformer.h.9.attn.c_attn')]}, base))).toBe('wrongModule');
  });
});

describe('quantisation', () => {
  const finite = fc.float({min: -100, max: 100, noNaN: true});

  it('stays within its stated bound', () => {
    const modules = fc.record({inputs: fc.integer({min: 1, max: 24}), outputs: fc.integer({min: 1, max: 12}), rank: fc.integer({min: 1, max: 4}), bits: fc.constantFrom<8 | 16>(8, 16)});
    fc.assert(fc.property(modules.chain(({inputs, outputs, rank, bits}) => fc.record({
      bits: fc.constant(bits), x: fc.array(finite, {minLength: inputs, maxLength: inputs}),
      module: fc.record({
        name: fc.constant('m'), inputs: fc.constant(inputs), outputs: fc.constant(outputs), rank: fc.constant(rank), scaling: fc.constantFrom(0.5, 2, -3),
        a: fc.array(finite, {minLength: rank * inputs, maxLength: rank * inputs}).map((values) => Float32Array.from(values)),
        b: fc.array(finite, {minLength: rank * outputs, maxLength: rank * outputs}).map((values) => Float32Array.from(values)),
      }),
    })), ({module, bits, x}) => {
      const quantised = quantiseModule(module, bits);
      const {integers, scale} = quantiseInputs(x);
      const y = applyLora(quantised, integers);
      const bound = quantisationBound(module, quantised, x, scale);
      for (let o = 0; o < module.outputs; o++) {
        let exact = 0;
        for (let k = 0; k < module.rank; k++) {
          let hidden = 0;
          for (let i = 0; i < module.inputs; i++) hidden += module.a[k * module.inputs + i]! * x[i]!;
          exact += module.b[o * module.rank + k]! * hidden * module.scaling;
        }
        expect(Math.abs(y[o]! * quantised.outputScale * scale - exact)).toBeLessThanOrEqual(bound[o]! + 1e-9 * Math.abs(exact));
      }
    }), {numRuns: 150});
  });

  it('refuses what is no number', () => {
    const module = {name: 'm', inputs: 1, outputs: 1, rank: 1, scaling: 1, a: Float32Array.of(NaN), b: Float32Array.of(1)};
    expect(codeOf(() => quantiseModule(module))).toBe('notFinite');
    expect(codeOf(() => quantiseInputs([Infinity]))).toBe('notFinite');
    expect(quantiseInputs([0, 0]).integers).toEqual(Int16Array.of(0, 0));
  });
});

describe('packages', () => {
  it('open to what was committed, and to nothing else', async () => {
    const path = join(folder, 'package');
    const {adapter} = randomAdapter('package');
    const committed = commitAdapter(adapter, {modes: new Map([['head', 'replace']])});
    await writePackage(path, committed);
    const read = await readLoraPackage(path);
    expect(read.manifest).toEqual(committed.manifest);
    expect(read.modules.map(({commitment}) => commitment)).toEqual(committed.modules.map(({commitment}) => commitment));
    requirePublicPackage(await readPublicPackage(path));
    expect(await codeOfAsync(writePackage(path, committed))).toBe('refused');

    const secret = JSON.parse(await readFile(join(path, 'secret.json'), 'utf8')) as {secret: string; modules: {a: string; blinders: string[]}[]};
    const changes: [string, unknown][] = [
      ['wrongPackage', {...secret, modules: secret.modules.slice(1)}],
      ['wrongPackage', {...secret, modules: [{...secret.modules[0], a: `AAAA${secret.modules[0]!.a.slice(4)}`}, ...secret.modules.slice(1)]}],
      ['wrongPackage', {...secret, modules: [{...secret.modules[0], blinders: ['x']}, ...secret.modules.slice(1)]}],
      ['wrongPackage', {...secret, modules: [{...secret.modules[0], blinders: []}, ...secret.modules.slice(1)]}],
      ['wrongPackage', {...secret, secret: ''}],
    ];
    for (const [code, change] of changes) {
      await writeFile(join(path, 'secret.json'), JSON.stringify(change));
      expect(await codeOfAsync(readLoraPackage(path))).toBe(code);
    }
    const open = await readPublicPackage(path);
    expect(codeOf(() => requirePublicPackage({...open, rows: [...open.rows].reverse()}))).toBe('wrongPackage');
    const [first, ...others] = open.manifest.modules;
    expect(codeOf(() => requirePublicPackage({...open, manifest: {...open.manifest, modules: [{...first!, outputScale: 1}, ...others]}}))).toBe('proofRefused');
    const manifest = await readFile(join(path, 'manifest.json'), 'utf8');
    for (const [from, to] of [['qanat-lora-1', 'qanat-lora-2'], ['add_delta', 'sub'], ['"rank": ', '"rank": 1000'], ['"head"', '"layers.0"'], ['"outputScale": ', '"outputScale": 1e999, "x": ']] as const) {
      await writeFile(join(path, 'manifest.json'), manifest.replace(from, to));
      expect([from, await codeOfAsync(readPublicPackage(path))]).toEqual([from, 'wrongPackage']);
    }
  });
});

describe('the demo adapter', () => {
  it('lowers the loss on words that it never saw, and changes what the model says', async () => {
    const {model, adapter, heldOutLoss} = trainDemoAdapter({seed: 1, epochs: 1, rank: 4});
    expect(heldOutLoss.adapted).toBeLessThan(heldOutLoss.base - 0.2);
    const {manifest, modules} = commitAdapter(adapter);
    const client = {manifest, apply: (index: number, inputs: Uint8Array) => Promise.resolve(localOutputs(modules[index]!, inputs))};
    const served = new Map(manifest.modules.map((own, index) => [own.name, {client, index, module: own}]));
    const contexts = ['', 'ca', 'pre', 'st'].map((word) => letterIndices(model, word));
    const [base, adapted] = [await forwardAll(model, new Map(), contexts), await forwardAll(model, served, contexts)];
    const best = (logits: Float64Array): number => logits.indexOf(Math.max(...logits));
    expect(adapted.map(best)).not.toEqual(base.map(best));
  });
});
