/**
 * The proving tools that run as separate programs: circom2, circomlib and snarkjs are GPL-3.0, so nothing of ours imports
 * them. Their command lines are started as child processes and talk to us through files.
 */
import {spawn} from 'node:child_process';
import {existsSync, readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {CHILD_OUTPUT_CHARS_MAX} from '../limits.ts';

export class ToolError extends Error {
  override readonly name = 'ToolError';
}

/** Folder of our own package.json: circom sources are read from there, they are not copied into dist. */
export function repositoryRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const file = join(folder, 'package.json');
    if (existsSync(file) && (JSON.parse(readFileSync(file, 'utf8')) as {name?: string}).name === 'qanat') return folder;
    const parent = dirname(folder);
    if (parent === folder) throw new ToolError('the package of this program could not be found');
    folder = parent;
  }
}

/**
 * Folder of an installed package, found without loading it.
 * @throws {ToolError} if it is not installed; the proving tools are optional dependencies.
 */
export function toolFolder(name: 'circom2' | 'circomlib' | 'snarkjs'): string {
  const folders = createRequire(join(repositoryRoot(), 'package.json')).resolve.paths(name) ?? [];
  for (const folder of folders) {
    if (existsSync(join(folder, name, 'package.json'))) return join(folder, name);
  }
  throw new ToolError(`the optional package ${name} is not installed; proving needs it: npm install --include=optional`);
}

export function toolVersion(name: 'circom2' | 'circomlib' | 'snarkjs'): string {
  return (JSON.parse(readFileSync(join(toolFolder(name), 'package.json'), 'utf8')) as {version: string}).version;
}

export type RunToolOptions = {
  readonly cwd: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
};

/**
 * Runs a command-line script of an installed tool to its end and returns what it printed.
 * @throws {ToolError} with the end of its output if it fails, takes too long or is aborted.
 */
export async function runTool(
  tool: 'circom2' | 'snarkjs', args: readonly string[], {cwd, timeoutMs, signal}: RunToolOptions,
): Promise<string> {
  const script = tool === 'circom2' ? join(toolFolder(tool), 'cli.js') : join(toolFolder(tool), 'build', 'cli.cjs');
  const child = spawn(process.execPath, [script, ...args], {
    cwd, stdio: ['ignore', 'pipe', 'pipe'], timeout: timeoutMs, killSignal: 'SIGKILL', ...(signal ? {signal} : {}),
    // The tools need nothing of the caller's environment, and must not see its keys.
    env: {PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? ''},
  });
  let output = '';
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString('utf8')).slice(-CHILD_OUTPUT_CHARS_MAX);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  return new Promise((resolve, reject) => {
    child.on('error', (error) => reject(new ToolError(`${tool} could not run: ${error.message}`, {cause: error})));
    child.on('close', (code, killedBy) => {
      // Terminal colours would garble our own log.
      const text = output.replace(/\u001b\[[0-9;]*m/g, '').trim();
      if (code === 0) resolve(text);
      else if (killedBy === 'SIGKILL') reject(new ToolError(`${tool} ${args[0] ?? ''} was stopped after ${timeoutMs} ms`));
      else reject(new ToolError(`${tool} ${args.join(' ')} failed (${code ?? killedBy}): ${text.slice(-2000)}`));
    });
  });
}
