/**
 * A model as a folder on disk:
 *
 *   manifest.json           public: shape, commitment, key, where it came from, how good it is
 *   verification_key.json   public: the circuit's Groth16 key, to be registered on chain
 *   secret.json             secret, mode 0600: weights, biases and the salt of their commitment
 *
 * The proving key is not in it: it belongs to the circuit, which all models of one shape share, and lies in the cache.
 * A folder appears by one rename, so a service that watches its parent never sees half a package.
 */
import {randomUUID} from 'node:crypto';
import {mkdir, readFile, rename, rm, stat, writeFile} from 'node:fs/promises';
import {basename, dirname, join, resolve} from 'node:path';
import {SCALAR_FIELD_MODULUS} from '#precompiles/codec';
import {JSON_FILE_BYTES_MAX} from '../limits.ts';
import {prepareCircuit} from '../prover/circuit.ts';
import type {PreparedCircuit} from '../prover/circuit.ts';
import {randomScalar} from '../prover/field.ts';
import type {OnProgress} from '../prover/setup.ts';
import {inputCount, outputCount, parseArchitecture} from './architecture.ts';
import type {Architecture} from './architecture.ts';
import {circuitInput, selfCheckInput} from './circuit-input.ts';
import {describeContent} from './content.ts';
import type {ContentReference} from './content.ts';
import {emitCircuit} from './emit.ts';
import {checkParameters} from './inference.ts';
import type {QuantisedModel} from './inference.ts';

export const PACKAGE_FORMAT = 'qanat-model-1';

export type ModelSample = {readonly input: readonly string[]; readonly label: string};

export type ModelDescription = {
  readonly name: string;
  /** What the outputs stand for, one per output. */
  readonly labels?: readonly string[] | undefined;
  /** Feature value = input / inputScale. */
  readonly inputScale?: number | undefined;
  /** Float output ≈ output / outputScale. */
  readonly outputScale?: number | undefined;
  /** The data it was trained on. */
  readonly dataset?: ContentReference | undefined;
  /** Held-out accuracies (0 … 1) of the float network and of the integer model that is proven, and the error between them. */
  readonly report?: Readonly<Record<string, number>> | undefined;
  /** Samples that training never saw. */
  readonly heldOut?: readonly ModelSample[] | undefined;
};

export type ModelManifest = ModelDescription & {
  readonly format: typeof PACKAGE_FORMAT;
  readonly architecture: Architecture;
  readonly circuitHash: string;
  /** Name of the verification key on chain. */
  readonly keyHash: `0x${string}`;
  /** Decimal. Poseidon commitment to weights, biases and architecture under the secret salt. */
  readonly commitment: string;
  /** The content of secret.json: the salt in it hides the weights. */
  readonly content: ContentReference;
};

type ModelSecret = {
  readonly format: typeof PACKAGE_FORMAT;
  readonly salt: string;
  readonly layers: readonly {readonly weights: readonly (readonly string[])[]; readonly biases: readonly string[]}[];
};

export type ModelPackage = {
  readonly folder: string;
  readonly manifest: ModelManifest;
  readonly model: QuantisedModel;
  readonly salt: bigint;
  readonly commitment: bigint;
};

export class PackageError extends Error {
  override readonly name = 'PackageError';
}

export type PrepareModelOptions = {
  readonly cacheDir?: string | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
};

/** The compiled circuit and keys of an architecture, made at first use and then taken from the cache. */
export async function prepareArchitecture(architecture: Architecture, options: PrepareModelOptions = {}): Promise<PreparedCircuit> {
  return prepareCircuit({...options, source: emitCircuit(architecture), selfCheckInput: selfCheckInput(architecture)});
}

/** The commitment as the circuit itself computes it: the public signal after the outputs. */
export function commitmentOf(circuit: PreparedCircuit, model: QuantisedModel, salt: bigint): bigint {
  const input = new Array<bigint>(inputCount(model.architecture)).fill(0n);
  const witness = circuit.witness.calculate(circuitInput(model, {salt, context: 0n, input}));
  return witness[1 + outputCount(model.architecture)] as bigint;
}

/**
 * Writes a model package. Sets up its circuit if the cache has none.
 * @param folder must not exist yet
 * @throws {ModelRangeError} if a parameter does not fit the architecture; {PackageError} if the folder exists.
 */
export async function packModel(
  folder: string, model: QuantisedModel, description: ModelDescription, options: PrepareModelOptions = {},
): Promise<ModelPackage> {
  checkParameters(model);
  if (await exists(folder)) throw new PackageError(`${folder} exists already`);
  const circuit = await prepareArchitecture(model.architecture, options);
  const salt = randomScalar();
  const secret: ModelSecret = {
    format: PACKAGE_FORMAT,
    salt: String(salt),
    layers: model.layers.map(({weights, biases}) => ({weights: weights.map((row) => row.map(String)), biases: biases.map(String)})),
  };
  const secretBytes = Buffer.from(`${JSON.stringify(secret)}\n`);
  const commitment = commitmentOf(circuit, model, salt);
  const manifest: ModelManifest = {
    format: PACKAGE_FORMAT, ...description, architecture: model.architecture, circuitHash: circuit.hash,
    keyHash: circuit.keyHash, commitment: String(commitment), content: describeContent(secretBytes),
  };
  const parent = dirname(resolve(folder));
  const building = join(parent, `.packing-${randomUUID()}`);
  await mkdir(building, {recursive: true});
  try {
    await writeFile(join(building, 'secret.json'), secretBytes, {mode: 0o600});
    await writeFile(join(building, 'verification_key.json'), `${JSON.stringify(circuit.verificationKey, null, 1)}\n`);
    await writeFile(join(building, 'manifest.json'), `${JSON.stringify(manifest, null, 1)}\n`);
    await rename(building, folder);
  } finally {
    await rm(building, {recursive: true, force: true});
  }
  return {folder, manifest, model, salt, commitment};
}

/**
 * Reads a package and checks its form. That the weights are those of the commitment is checked by `commitmentOf`, which
 * needs the circuit.
 * @throws {PackageError} naming what is wrong.
 */
export async function readPackage(folder: string): Promise<ModelPackage> {
  const manifest = await readJson(join(folder, 'manifest.json'));
  const secret = await readJson(join(folder, 'secret.json'));
  if (manifest.value['format'] !== PACKAGE_FORMAT || secret.value['format'] !== PACKAGE_FORMAT) {
    throw new PackageError(`${basename(folder)}: not a package of format ${PACKAGE_FORMAT}`);
  }
  try {
    const architecture = parseArchitecture(manifest.value['architecture']);
    const salt = fieldElement(secret.value['salt'], 'salt');
    const commitment = fieldElement(manifest.value['commitment'], 'commitment');
    if (!/^0x[0-9a-f]{64}$/.test(String(manifest.value['keyHash']))) throw new PackageError('keyHash is not 32 bytes of hex');
    const model: QuantisedModel = {architecture, layers: readLayers(secret.value['layers'])};
    checkParameters(model);
    if (describeContent(secret.bytes).contentId !== (manifest.value['content'] as ContentReference | undefined)?.contentId) {
      throw new PackageError('secret.json is not the content that the manifest names');
    }
    return {folder, manifest: manifest.value as unknown as ModelManifest, model, salt, commitment};
  } catch (error) {
    throw new PackageError(`${basename(folder)}: ${(error as Error).message}`, {cause: error});
  }
}

function readLayers(value: unknown): QuantisedModel['layers'] {
  if (!Array.isArray(value)) throw new PackageError('layers is not a list');
  return value.map((layer: unknown) => {
    const {weights, biases} = (layer ?? {}) as {weights?: unknown; biases?: unknown};
    if (!Array.isArray(weights) || !weights.every(Array.isArray)) throw new PackageError('weights is not a list of rows');
    return {weights: weights.map((row: unknown) => integers(row)), biases: integers(biases)};
  });
}

function integers(value: unknown): bigint[] {
  if (!Array.isArray(value)) throw new PackageError('a row is not a list');
  return value.map((item: unknown) => {
    if (typeof item !== 'string' || !/^-?\d{1,40}$/.test(item)) throw new PackageError('a parameter is not a decimal integer');
    return BigInt(item);
  });
}

function fieldElement(value: unknown, name: string): bigint {
  if (typeof value !== 'string' || !/^\d{1,78}$/.test(value) || BigInt(value) >= SCALAR_FIELD_MODULUS) {
    throw new PackageError(`${name} is not a field element`);
  }
  return BigInt(value);
}

async function readJson(path: string): Promise<{bytes: Uint8Array; value: Record<string, unknown>}> {
  let bytes: Uint8Array;
  try {
    const {size} = await stat(path);
    if (size > JSON_FILE_BYTES_MAX) throw new PackageError(`${size} bytes; at most ${JSON_FILE_BYTES_MAX} are read`);
    bytes = await readFile(path);
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new PackageError('not a JSON object');
    return {bytes, value: value as Record<string, unknown>};
  } catch (error) {
    throw new PackageError(`${path}: ${(error as Error).message}`, {cause: error});
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}
