/** The demo's child processes: the qanat executable and the services it runs. */
import {spawn} from 'node:child_process';
import type {ChildProcess, SpawnOptions} from 'node:child_process';
import {existsSync} from 'node:fs';
import {fileURLToPath} from 'node:url';

const OUTPUT_TAIL_CHARS = 4_000;
const STOP_TIMEOUT_MS = 20_000;

/** Compiled when the demo runs compiled, from source when it runs from source. */
function script(relative: string): string[] {
  const source = fileURLToPath(new URL(`${relative}.ts`, import.meta.url));
  if (import.meta.url.endsWith('.ts') && existsSync(source)) return ['--conditions=chain-source', '--import', 'tsx', source];
  return [fileURLToPath(new URL(`${relative}.js`, import.meta.url))];
}

export const QANAT = script('../../qanat');
export const DEVNET = script('../main');

export type Child = {
  readonly process: ChildProcess;
  readonly exited: Promise<number | null>;
  /** The end of what it printed. */
  tail(): string;
  /** Resolves when a line matches; rejects if the process ends first. */
  line(pattern: RegExp): Promise<string>;
  stop(): Promise<void>;
};

/** Starts a process and hands its lines on as they come. */
export function start(
  args: readonly string[], options: {env?: Record<string, string>; onLine?: (line: string) => void; ipc?: boolean} = {},
): Child {
  const stdio: SpawnOptions['stdio'] = options.ipc ? ['ignore', 'pipe', 'pipe', 'ipc'] : ['ignore', 'pipe', 'pipe'];
  const child = spawn(process.execPath, [...args], {stdio, env: {...process.env, ...options.env}});
  const listeners = new Set<(line: string) => void>(options.onLine ? [options.onLine] : []);
  const lines: string[] = [];
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    let rest = '';
    stream?.on('data', (chunk: Buffer) => {
      text = (text + chunk.toString('utf8')).slice(-OUTPUT_TAIL_CHARS);
      const parts = (rest + chunk.toString('utf8')).split('\n');
      rest = parts.pop() ?? '';
      for (const line of parts) {
        lines.push(line);
        for (const listener of [...listeners]) listener(line);
      }
    });
  }
  const exited = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code));
  });
  // Whoever awaits it gets the error; nobody need.
  exited.catch(() => {});
  return {
    process: child,
    exited,
    tail: () => text.trim(),
    line: (pattern) => {
      const found = lines.find((line) => pattern.test(line));
      if (found !== undefined) return Promise.resolve(found);
      return new Promise((resolve, reject) => {
        const listener = (line: string): void => {
          if (!pattern.test(line)) return;
          listeners.delete(listener);
          resolve(line);
        };
        listeners.add(listener);
        void exited.then((code) => reject(new Error(`the process ended with code ${code}:\n${text.trim()}`)), reject);
      });
    },
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGTERM');
        const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
        await exited;
        clearTimeout(timer);
      }
    },
  };
}

/** Runs `qanat` to its end and returns what it printed on stdout, as JSON. Lines of stderr are progress for people. */
export async function qanatJson<T>(args: readonly string[], onLine: (line: string) => void = () => {}): Promise<T> {
  const child = spawn(process.execPath, [...QANAT, ...args], {stdio: ['ignore', 'pipe', 'pipe']});
  let output = '';
  let errors = '';
  let rest = '';
  child.stdout.on('data', (chunk: Buffer) => void (output += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString('utf8');
    const parts = (rest + chunk.toString('utf8')).split('\n');
    rest = parts.pop() ?? '';
    for (const line of parts) onLine(line);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`qanat ${args.slice(0, 2).join(' ')} failed:\n${errors.trim()}`);
  return JSON.parse(output) as T;
}
