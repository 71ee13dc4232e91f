/**
 * From circom source to everything a prover needs, made once per machine and kept in a cache folder.
 *
 *   $QANAT_CACHE or ~/.cache/qanat
 *     circuits/<hash>/circuit.circom  circuit.r1cs  circuit.wasm  circuit.zkey  verification_key.json  setup.json
 *
 * The hash covers the compiler, its options and every source file, so another circuit never meets another's key. A
 * folder appears by one rename, complete or not at all.
 */
import {createHash, randomUUID} from 'node:crypto';
import {mkdir, readFile, rename, rm, stat, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {encodeVerificationKey, keyHash} from '#precompiles/codec';
import type {SnarkjsVerificationKey} from '#precompiles/codec';
import {defaultCacheDir} from '../cache.ts';
import {ARTEFACT_BYTES_MAX} from '../limits.ts';
import {circuitHash, compileCircuit, SETUP_VERSION} from './compile.ts';
import {prove, verify} from './groth16.ts';
import {parseR1cs} from './r1cs.ts';
import {developmentSetup} from './setup.ts';
import type {OnProgress} from './setup.ts';
import {WitnessCalculator} from './witness.ts';
import type {CircuitInput} from './witness.ts';

export const DEVELOPMENT_SETUP_NOTICE =
  'This set-up was made by one party on this machine, for development only: whoever makes it could keep its secrets and ' +
  'forge proofs. A network with value needs a key from a ceremony of many parties.';

const ARTEFACTS = ['circuit.circom', 'circuit.r1cs', 'circuit.wasm', 'circuit.zkey', 'verification_key.json'];

export type PreparedCircuit = {
  /** Lower-case hex SHA-256, see circuitHash. */
  readonly hash: string;
  readonly folder: string;
  readonly zkeyPath: string;
  readonly witness: WitnessCalculator;
  readonly verificationKey: SnarkjsVerificationKey;
  /** The key's canonical bytes, as registered on chain. */
  readonly keyBytes: Uint8Array;
  /** keccak256 of keyBytes. */
  readonly keyHash: `0x${string}`;
  readonly constraintCount: number;
};

export type PrepareOptions = {
  /** Text of the main circom file. It may include the templates of protocols/circuits and circomlib's Poseidon. */
  readonly source: string;
  /** Any input with a witness: the finished key must prove it before it is used. */
  readonly selfCheckInput: CircuitInput;
  readonly cacheDir?: string | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
};

export class CircuitError extends Error {
  override readonly name = 'CircuitError';
}

type SetupRecord = {
  readonly version: number;
  readonly notice: string;
  readonly constraintCount: number;
  /** SHA-256 of each artefact, to tell a damaged cache from a whole one. */
  readonly files: Readonly<Record<string, string>>;
};

/**
 * Compiles and sets up a circuit, or takes the result from the cache.
 * @throws {CircuitError} if the finished key does not prove and verify; {ToolError} if a tool is missing or fails.
 */
export async function prepareCircuit(options: PrepareOptions): Promise<PreparedCircuit> {
  const hash = await circuitHash(options.source);
  const parent = join(options.cacheDir ?? defaultCacheDir(), 'circuits');
  const folder = join(parent, hash);
  const cached = await load(folder, hash);
  if (cached) return cached;

  await mkdir(parent, {recursive: true});
  const building = join(parent, `.building-${randomUUID()}`);
  await mkdir(building, {mode: 0o700});
  try {
    await build(building, options);
    // Damaged left-overs of this name would block the rename; a whole one, made meanwhile by another process, wins.
    const meanwhile = await load(folder, hash);
    if (meanwhile) return meanwhile;
    await rm(folder, {recursive: true, force: true});
    try {
      await rename(building, folder);
    } catch (error) {
      const other = await load(folder, hash);
      if (!other) throw error;
      return other;
    }
  } finally {
    await rm(building, {recursive: true, force: true});
  }
  const prepared = await load(folder, hash);
  if (!prepared) throw new CircuitError(`the cache folder ${folder} changed while it was written`);
  return prepared;
}

async function build(folder: string, options: PrepareOptions): Promise<void> {
  const report = options.onProgress ?? (() => {});
  report(0, 'compiling the circuit');
  await compileCircuit(options.source, folder, options.signal);

  const r1cs = parseR1cs(await readArtefact(join(folder, 'circuit.r1cs')));
  const {zkey, verificationKey, constraintCount} = await developmentSetup(r1cs, (fraction, what) => {
    options.signal?.throwIfAborted();
    report(0.1 + 0.8 * fraction, what);
  });
  const zkeyPath = join(folder, 'circuit.zkey');
  await writeFile(zkeyPath, zkey);
  await writeFile(join(folder, 'verification_key.json'), `${JSON.stringify(verificationKey, null, 1)}\n`);

  report(0.9, 'checking the new key by a proof');
  const calculator = await WitnessCalculator.load(await readArtefact(join(folder, 'circuit.wasm')));
  const proof = await prove(zkeyPath, calculator.calculate(options.selfCheckInput), options.signal);
  if (!(await verify(verificationKey, proof.publicInputs, proof.json, options.signal))) {
    throw new CircuitError('the proof made with the new key does not verify; the key was thrown away');
  }
  const wrong = proof.publicInputs.map((value, index) => (index === 0 ? value + 1n : value));
  if (await verify(verificationKey, wrong, proof.json, options.signal)) {
    throw new CircuitError('the new key accepts a wrong statement; it was thrown away');
  }
  const files = Object.fromEntries(
    await Promise.all(ARTEFACTS.map(async (name) => [name, sha256(await readArtefact(join(folder, name)))] as const)),
  );
  const record: SetupRecord = {version: SETUP_VERSION, notice: DEVELOPMENT_SETUP_NOTICE, constraintCount, files};
  await writeFile(join(folder, 'setup.json'), `${JSON.stringify(record, null, 1)}\n`);
  report(1, 'the key proves and verifies');
}

/** A circuit that was set up before, by its hash; undefined if the cache does not hold it whole. */
export async function loadCircuit(hash: string, cacheDir?: string): Promise<PreparedCircuit | undefined> {
  if (!/^[0-9a-f]{64}$/.test(hash)) return undefined;
  return load(join(cacheDir ?? defaultCacheDir(), 'circuits', hash), hash);
}

/** The cached result, or undefined if there is none or it is damaged. */
async function load(folder: string, hash: string): Promise<PreparedCircuit | undefined> {
  try {
    const record = JSON.parse(await readFile(join(folder, 'setup.json'), 'utf8')) as SetupRecord;
    if (record.version !== SETUP_VERSION) return undefined;
    const content = new Map<string, Uint8Array>();
    for (const name of ARTEFACTS) {
      const bytes = await readArtefact(join(folder, name));
      if (sha256(bytes) !== record.files[name]) return undefined;
      content.set(name, bytes);
    }
    const verificationKey = JSON.parse(Buffer.from(content.get('verification_key.json') as Uint8Array).toString('utf8')) as SnarkjsVerificationKey;
    const keyBytes = encodeVerificationKey(verificationKey);
    return {
      hash, folder, verificationKey, keyBytes,
      zkeyPath: join(folder, 'circuit.zkey'),
      witness: await WitnessCalculator.load(content.get('circuit.wasm') as Uint8Array),
      keyHash: keyHash(keyBytes),
      constraintCount: record.constraintCount,
    };
  } catch {
    return undefined;
  }
}

async function readArtefact(path: string): Promise<Uint8Array> {
  const {size} = await stat(path);
  if (size > ARTEFACT_BYTES_MAX) throw new CircuitError(`${path} has ${size} bytes; at most ${ARTEFACT_BYTES_MAX} are read`);
  return readFile(path);
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
