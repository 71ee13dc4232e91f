/** Compiles circom sources and names the result. */
import {createHash} from 'node:crypto';
import {copyFile, readFile, rename, rm, writeFile} from 'node:fs/promises';
import {basename, join} from 'node:path';
import {COMPILE_TIMEOUT_MS} from '../limits.ts';
import {repositoryRoot, runTool, toolFolder, toolVersion} from './tools.ts';

/** Version of the set-up code: a change that alters keys must raise it. */
export const SETUP_VERSION = 1;
/** Full simplification: linear constraints are substituted, which leaves a third of Poseidon's. */
const COMPILER_OPTIONS = ['--r1cs', '--wasm', '--O2'];
const OWN_FILES = ['range.circom', 'quantised.circom', 'commitment.circom'];
const LIBRARY_FILES = [
  'poseidon.circom', 'poseidon_constants.circom', 'bitify.circom', 'comparators.circom', 'binsum.circom',
  'aliascheck.circom', 'compconstant.circom',
];

function includedFiles(): string[] {
  const own = join(repositoryRoot(), 'protocols', 'circuits');
  const library = join(toolFolder('circomlib'), 'circuits');
  return [...OWN_FILES.map((file) => join(own, file)), ...LIBRARY_FILES.map((file) => join(library, file))];
}

/** SHA-256 over the set-up's version, compiler, options and all sources: the name of a circuit and of its keys. */
export async function circuitHash(source: string): Promise<string> {
  const hash = createHash('sha256');
  const add = (text: string): void => {
    hash.update(`${Buffer.byteLength(text)}\n`).update(text);
  };
  add(`qanat circuit ${SETUP_VERSION} circom2 ${toolVersion('circom2')} ${COMPILER_OPTIONS.join(' ')}`);
  add(source);
  for (const file of includedFiles()) {
    add(basename(file));
    add(await readFile(file, 'utf8'));
  }
  return hash.digest('hex');
}

/**
 * Writes circuit.circom, circuit.r1cs and circuit.wasm into a folder.
 * The sources lie beside the main file while the compiler runs: its WebAssembly build sees no include paths elsewhere.
 * @param source may include the templates of protocols/circuits and the listed files of circomlib
 * @throws {ToolError} with the compiler's message.
 */
export async function compileCircuit(source: string, folder: string, signal?: AbortSignal): Promise<void> {
  const included = includedFiles();
  for (const file of included) await copyFile(file, join(folder, basename(file)));
  await writeFile(join(folder, 'circuit.circom'), source);
  await runTool('circom2', ['circuit.circom', ...COMPILER_OPTIONS, '-o', '.'], {cwd: folder, timeoutMs: COMPILE_TIMEOUT_MS, signal});
  await rename(join(folder, 'circuit_js', 'circuit.wasm'), join(folder, 'circuit.wasm'));
  await rm(join(folder, 'circuit_js'), {recursive: true});
  for (const file of included) await rm(join(folder, basename(file)));
}
