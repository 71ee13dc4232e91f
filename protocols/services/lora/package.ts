/**
 * A committed adapter as a folder:
 *
 *   manifest.json     public: modules, their shapes, scales, modes and commitments
 *   rows.bin          public: the points of all commitments
 *   registration.bin  public: proof of knowledge and range for all modules, for use off the chain
 *   secret.json       secret, mode 0600: weights, blinders, and a secret that hedges the prover's randomness
 */
import {createHash, randomBytes, randomUUID} from 'node:crypto';
import {mkdir, readFile, rename, rm, stat, writeFile} from 'node:fs/promises';
import {dirname, join, resolve} from 'node:path';
import {CodecError, LORA_MODULE_COUNT_MAX, loraCommitment, loraLayout, recommendedLoraWidth} from '#precompiles/codec';
import type {LoraContext, LoraShape} from '#precompiles/codec';
import {verifyRegistration} from '#precompiles/lora';
import {commitModule, openModule} from './commit.ts';
import type {CommittedModule} from './commit.ts';
import {LoraError} from './errors.ts';
import {SAFETENSORS_BYTES_MAX} from './limits.ts';
import type {Adapter} from './peft.ts';
import {quantiseModule} from './quantise.ts';
import {hedgedRandomness} from './randomness.ts';
import {proveRegistration} from './register.ts';

const FORMAT = 'qanat-lora-1';
const G1_BYTES = 64;
const NAME_CHARS_MAX = 256;
const ZERO_ADDRESS = '0x0000000000000000000000000000000000000000';

/** add_delta: the base layer's output plus Δ; replace: Δ in the place of the base layer's output. */
export type ModuleMode = 'add_delta' | 'replace';

export interface ModuleManifest {
  readonly name: string;
  readonly mode: ModuleMode;
  readonly shape: LoraShape;
  /** Δ = y · outputScale · the scale of the inputs. */
  readonly outputScale: number;
  /** Hex. */
  readonly commitment: string;
}

export interface LoraManifest {
  readonly format: typeof FORMAT;
  readonly baseModel: string;
  readonly modules: readonly ModuleManifest[];
}

/** What anyone may see of a committed adapter. */
export interface PublicPackage {
  readonly manifest: LoraManifest;
  /** By module. */
  readonly rows: readonly Uint8Array[];
  readonly registration: Uint8Array;
}

export interface LoraPackage extends PublicPackage {
  readonly modules: readonly CommittedModule[];
  readonly secret: Uint8Array;
}

export interface CommitOptions {
  readonly weightBits?: 8 | 16;
  readonly modes?: ReadonlyMap<string, ModuleMode>;
  readonly onProgress?: ((fraction: number, what: string) => void) | undefined;
}

/** Quantises, commits and registers all modules of an adapter. Throws `LoraError` or `CodecError`. */
export function commitAdapter(adapter: Adapter, {weightBits = 8, modes, onProgress}: CommitOptions = {}): LoraPackage {
  const secret = new Uint8Array(randomBytes(32));
  const randomness = hedgedRandomness(secret);
  // Modules that are registered together have rows of one width.
  const width = Math.max(...adapter.modules.map(recommendedLoraWidth));
  const quantised = adapter.modules.map((module) => quantiseModule(module, weightBits, width));
  const modules = quantised.map((module, i) => {
    onProgress?.(i / quantised.length, 'committing to modules');
    return commitModule(module, randomness);
  });
  const manifest: LoraManifest = {
    format: FORMAT, baseModel: adapter.baseModel,
    modules: quantised.map(({name, shape, outputScale}, i) => ({
      name, shape, outputScale, mode: modes?.get(name) ?? 'add_delta', commitment: Buffer.from(modules[i]!.commitment).toString('hex'),
    })),
  };
  onProgress?.(0.9, 'proving the registration');
  const registration = proveRegistration(modules, registrationContext(manifest), randomness);
  return {manifest, rows: modules.map(({rows}) => rows), registration, modules, secret};
}

/** Off the chain nobody is asked who registers: the proof is bound to the whole manifest. */
export function registrationContext(manifest: LoraManifest): LoraContext {
  // The commitment names the shape.
  const listed = [manifest.format, manifest.baseModel, ...manifest.modules.flatMap(({name, mode, outputScale, commitment}) => [name, mode, outputScale, commitment])];
  return {chainId: 0n, caller: ZERO_ADDRESS, binding: createHash('sha256').update('qanat/lora/manifest').update(JSON.stringify(listed)).digest()};
}

/** Throws `LoraError` unless names, commitments and the registration hold together. */
export function requirePublicPackage({manifest, rows, registration}: PublicPackage): void {
  try {
    manifest.modules.forEach(({shape, commitment, name}, i) => {
      if (Buffer.from(loraCommitment(shape, rows[i]!)).toString('hex') !== commitment) throw new LoraError('wrongPackage', `the rows of ${name} are not those of its commitment ${commitment}`);
    });
    const modules = manifest.modules.map(({shape}, i) => ({shape, rows: rows[i]!}));
    if (!verifyRegistration(modules, registrationContext(manifest), registration)) throw new LoraError('proofRefused', 'the registration does not hold for these modules');
  } catch (error) {
    throw error instanceof CodecError ? new LoraError('wrongPackage', error.message, {cause: error}) : error;
  }
}

/** Appears by one rename. Throws when the folder exists. */
export async function writePackage(folder: string, {manifest, rows, registration, modules, secret}: LoraPackage): Promise<void> {
  if (await stat(folder).then(() => true, () => false)) throw new LoraError('refused', `${folder} exists`);
  const temporary = join(dirname(resolve(folder)), `.${randomUUID()}`);
  await mkdir(temporary, {recursive: true});
  try {
    await writeFile(join(temporary, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
    await writeFile(join(temporary, 'rows.bin'), Buffer.concat(rows));
    await writeFile(join(temporary, 'registration.bin'), registration);
    await writeFile(join(temporary, 'secret.json'), `${JSON.stringify({
      secret: Buffer.from(secret).toString('hex'),
      modules: modules.map(({a, b, blinders}) => ({a: base64(a), b: base64(b), blinders: blinders.map((blinder) => blinder.toString(16))})),
    })}\n`, {mode: 0o600});
    await rename(temporary, folder);
  } catch (error) {
    await rm(temporary, {recursive: true, force: true});
    throw error;
  }
}

export async function readPublicPackage(folder: string): Promise<PublicPackage> {
  const manifest = parseManifest(await readBounded(join(folder, 'manifest.json')));
  const rows = splitRows(manifest, await readBounded(join(folder, 'rows.bin')));
  return {manifest, rows, registration: await readBounded(join(folder, 'registration.bin'))};
}

/** Reads a package and opens its commitments: what does not belong together is refused. Throws `LoraError`. */
export async function readLoraPackage(folder: string): Promise<LoraPackage> {
  const open = await readPublicPackage(folder);
  const {secret, modules: secrets} = asObject(parseJson(await readBounded(join(folder, 'secret.json')), 'secret.json'), 'secret.json');
  if (!Array.isArray(secrets) || secrets.length !== open.manifest.modules.length) throw new LoraError('wrongPackage', 'secret.json has not the modules of the manifest');
  const modules = open.manifest.modules.map(({shape, commitment, name}, i) => {
    const {a, b, blinders} = asObject(secrets[i], `secret.json, module ${name}`);
    if (!Array.isArray(blinders) || !blinders.every((blinder) => typeof blinder === 'string' && /^[0-9a-f]{1,64}$/.test(blinder))) {
      throw new LoraError('wrongPackage', `secret.json: the blinders of ${name} are no hex numbers`);
    }
    try {
      const module = openModule({shape, a: fromBase64(a), b: fromBase64(b)}, blinders.map((blinder) => BigInt(`0x${String(blinder)}`)));
      if (Buffer.from(module.commitment).toString('hex') === commitment) return module;
    } catch (cause) {
      throw new LoraError('wrongPackage', `secret.json does not open the commitment of ${name}: ${(cause as Error).message}`, {cause});
    }
    throw new LoraError('wrongPackage', `secret.json does not open the commitment of ${name}`);
  });
  if (typeof secret !== 'string' || !/^[0-9a-f]{64}$/.test(secret)) throw new LoraError('wrongPackage', 'secret.json: secret is no hex number of 32 bytes');
  return {...open, modules, secret: new Uint8Array(Buffer.from(secret, 'hex'))};
}

/** Public JSON, from a file or a peer. Throws `LoraError`. */
export function parseManifest(bytes: Uint8Array): LoraManifest {
  const {format, baseModel, modules} = asObject(parseJson(bytes, 'manifest'), 'manifest');
  if (format !== FORMAT) throw new LoraError('wrongPackage', `the manifest's format is ${JSON.stringify(format)}, expected "${FORMAT}"`);
  if (typeof baseModel !== 'string' || baseModel.length > NAME_CHARS_MAX) throw new LoraError('wrongPackage', 'the manifest names no base model');
  if (!Array.isArray(modules) || modules.length < 1 || modules.length > LORA_MODULE_COUNT_MAX) throw new LoraError('wrongPackage', `the manifest has not 1 to ${LORA_MODULE_COUNT_MAX} modules`);
  const parsed = modules.map((module, i) => parseModule(asObject(module, `manifest, module ${i}`), i));
  if (new Set(parsed.map(({name}) => name)).size !== parsed.length) throw new LoraError('wrongPackage', 'the manifest names a module twice');
  return {format: FORMAT, baseModel, modules: parsed};
}

function parseModule({name, mode, shape, outputScale, commitment}: Record<string, unknown>, i: number): ModuleManifest {
  if (typeof name !== 'string' || name.length < 1 || name.length > NAME_CHARS_MAX) throw new LoraError('wrongPackage', `module ${i} has no name`);
  if (mode !== 'add_delta' && mode !== 'replace') throw new LoraError('wrongPackage', `the mode of ${name} is ${JSON.stringify(mode)}, expected add_delta or replace`);
  if (typeof outputScale !== 'number' || !Number.isFinite(outputScale)) throw new LoraError('wrongPackage', `the scale of ${name} is no number`);
  if (typeof commitment !== 'string' || !/^[0-9a-f]{64}$/.test(commitment)) throw new LoraError('wrongPackage', `the commitment of ${name} is no hex of 32 bytes`);
  const {inputs, outputs, rank, width, weightBits} = asObject(shape, `the shape of ${name}`);
  const own = {inputs, outputs, rank, width, weightBits} as LoraShape;
  try {
    loraLayout(own);
  } catch (cause) {
    throw new LoraError('wrongPackage', `the shape of ${name}: ${(cause as Error).message}`, {cause});
  }
  return {name, mode, shape: own, outputScale, commitment};
}

/** Throws `LoraError` when the bytes are not as many as the manifest's modules have rows. */
export function splitRows(manifest: LoraManifest, bytes: Uint8Array): Uint8Array[] {
  let at = 0;
  const rows = manifest.modules.map(({shape}) => {
    const length = loraLayout(shape).rowCount * G1_BYTES;
    return bytes.subarray(at, (at += length));
  });
  if (at !== bytes.length) throw new LoraError('wrongPackage', `${bytes.length} bytes of rows, the manifest's modules have ${at}`);
  return rows;
}

function parseJson(bytes: Uint8Array, what: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', {fatal: true}).decode(bytes));
  } catch (cause) {
    throw new LoraError('notJson', `${what} is not JSON`, {cause});
  }
}

function asObject(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new LoraError('wrongPackage', `${what} is no object`);
  return value as Record<string, unknown>;
}

function base64(values: Int16Array): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64');
}

function fromBase64(text: unknown): Int16Array {
  const bytes = Buffer.from(typeof text === 'string' ? text : '', 'base64');
  return Int16Array.from({length: bytes.length >> 1}, (_, i) => bytes.readInt16LE(2 * i));
}

async function readBounded(path: string): Promise<Uint8Array> {
  const {size} = await stat(path);
  if (size > SAFETENSORS_BYTES_MAX) throw new LoraError('fileTooLarge', `${path} has ${size} bytes, at most ${SAFETENSORS_BYTES_MAX}`);
  return new Uint8Array(await readFile(path));
}
