import {spawn, type ChildProcess} from 'node:child_process';
import {createWriteStream, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import type {NetworkDescription} from './network.ts';

/** The compiled executable, beside this file's own compiled form. */
export const EXECUTABLE = fileURLToPath(new URL('../qanat.js', import.meta.url));

/** How long a validator may take to write its last block and close its databases before it is killed. */
const STOP_TIMEOUT_MS = 15_000;
const LOG_TAIL_BYTES = 2_000;

export type ValidatorDescription = NetworkDescription['validators'][number];

export interface RunningValidator {
  readonly description: ValidatorDescription;
  readonly process: ChildProcess;
  readonly logFile: string;
  /** Resolves when its servers listen. */
  readonly started: Promise<void>;
  readonly exited: Promise<{code: number | null; signal: NodeJS.Signals | null}>;
}

/** Starts one validator's process; its log goes to `node.log` in its home and, line by line, to `onLine`. */
export function startValidator(description: ValidatorDescription, options: {logLevel?: string; args?: readonly string[]; onLine?: (line: string) => void}): RunningValidator {
  const logFile = join(description.home, 'node.log');
  const args = [EXECUTABLE, 'start', '--home', description.home];
  if (options.logLevel !== undefined) args.push('--log.level', options.logLevel);
  args.push(...(options.args ?? []));
  // The ipc channel tells the child when its parent is gone, however that ended.
  const child = spawn(process.execPath, args, {stdio: ['ignore', 'pipe', 'pipe', 'ipc']});
  const started = new Promise<void>((resolve) => {
    child.on('message', (message) => {
      if (message === 'started') resolve();
    });
  });
  const log = createWriteStream(logFile, {flags: 'a'});
  let line = '';
  const take = (chunk: Buffer): void => {
    log.write(chunk);
    if (options.onLine === undefined) return;
    line += chunk.toString('utf8');
    const lines = line.split('\n');
    line = lines.pop() ?? '';
    for (const whole of lines) options.onLine(whole);
  };
  child.stdout?.on('data', take);
  child.stderr?.on('data', take);
  const exited = new Promise<{code: number | null; signal: NodeJS.Signals | null}>((resolve) => {
    child.once('close', (code, signal) => {
      log.end(() => resolve({code, signal}));
    });
  });
  return {description, process: child, logFile, started, exited};
}

/** Asks all to stop, waits, and kills what does not stop in time. */
export async function stopValidators(validators: readonly RunningValidator[]): Promise<void> {
  await Promise.all(
    validators.map(async ({process: child, exited}) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
      await exited;
      clearTimeout(timer);
    }),
  );
}

/** The end of a validator's log, to show why it stopped. */
export function logTail(validator: RunningValidator): string {
  const text = readFileSync(validator.logFile, 'utf8');
  return text.slice(-LOG_TAIL_BYTES).trimEnd();
}

/** Runs `qanat` with arguments to its end; rejects with what it printed when it fails. */
export function runQanat(args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [EXECUTABLE, ...args], {stdio: ['ignore', 'pipe', 'pipe']});
    let output = '';
    const take = (chunk: Buffer): void => void (output += chunk.toString('utf8'));
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(output);
      else reject(new Error(output.trim() || `qanat ${args[0]} ended with code ${code}`));
    });
  });
}
