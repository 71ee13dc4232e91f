import {spawn, type ChildProcess} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import type {NetworkDescription} from '../../devnet/network.ts';
import {freeBasePort} from './ports.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const START_TIMEOUT_MS = 90_000;

/** A devnet of real processes, started as a user would start it. */
export interface TestDevnet {
  readonly home: string;
  readonly basePort: number;
  readonly network: NetworkDescription;
  readonly process: ChildProcess;
  /** Ethereum JSON-RPC of validator i. */
  rpcUrl(index?: number): string;
  cometUrl(index?: number): string;
  wsUrl(index?: number): string;
  output(): string;
  /** Process ids of the validators, as the start printed them. */
  pids(): number[];
  /** Sends SIGINT, as Ctrl-C does, and answers the exit code. */
  interrupt(): Promise<number | null>;
  /** Stops if needed and removes the home. */
  dispose(): Promise<void>;
}

export async function startDevnet(options: {validators: number; home?: string; basePort?: number; args?: string[]; env?: Record<string, string>}): Promise<TestDevnet> {
  const home = options.home ?? mkdtempSync(join(tmpdir(), 'qanat-test-'));
  const basePort = options.basePort ?? (await freeBasePort(10 * options.validators));
  const child = spawn(
    process.execPath,
    [join(ROOT, 'dist/devnet/main.js'), '--validators', String(options.validators), '--home', home, '--base-port', String(basePort), ...(options.args ?? [])],
    {stdio: ['ignore', 'pipe', 'pipe'], env: {...process.env, ...options.env}},
  );
  let output = '';
  const exited = new Promise<number | null>((done) => child.once('close', (code) => done(code)));
  await new Promise<void>((ready, fail) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      fail(new Error(`the devnet did not start within ${START_TIMEOUT_MS} ms:\n${output}`));
    }, START_TIMEOUT_MS);
    const take = (chunk: Buffer): void => {
      output += chunk.toString('utf8');
      if (output.includes('Ctrl-C stops all')) {
        clearTimeout(timer);
        ready();
      }
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    void exited.then((code) => {
      clearTimeout(timer);
      fail(new Error(`the devnet ended with code ${code}:\n${output}`));
    });
  });
  const network = JSON.parse(readFileSync(join(home, 'devnet.json'), 'utf8')) as NetworkDescription;
  const portOf = (index: number, kind: 'eth' | 'comet'): number => {
    const validator = network.validators[index];
    if (validator === undefined) throw new Error(`no validator ${index}`);
    return validator.ports[kind];
  };
  return {
    home,
    basePort,
    network,
    process: child,
    rpcUrl: (index = 0) => `http://127.0.0.1:${portOf(index, 'eth')}`,
    cometUrl: (index = 0) => `http://127.0.0.1:${portOf(index, 'comet')}`,
    wsUrl: (index = 0) => `ws://127.0.0.1:${portOf(index, 'eth')}`,
    output: () => output,
    pids: () => [...output.matchAll(/^ {2}validator \d+ .* (\d+)$/gm)].map((match) => Number(match[1])),
    interrupt: () => {
      child.kill('SIGINT');
      return exited;
    },
    dispose: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGINT');
      await exited;
      rmSync(home, {recursive: true, force: true});
    },
  };
}

/** Starts one node of a home by the CLI; used to bring a killed validator back. */
export interface StartedNode {
  readonly process: ChildProcess;
  output(): string;
  /** Resolves when the output holds it; rejects when the process ends without it. */
  printed(pattern: RegExp): Promise<void>;
  readonly exited: Promise<number | null>;
}

export function startNode(home: string, args: string[] = []): StartedNode {
  const child = spawn(process.execPath, [join(ROOT, 'dist/qanat.js'), 'start', '--home', home, ...args], {stdio: ['ignore', 'pipe', 'pipe']});
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => void (output += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => void (output += chunk.toString('utf8')));
  const exited = new Promise<number | null>((done) => child.once('close', (code) => done(code)));
  const printed = (pattern: RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (pattern.test(output)) resolve();
      };
      look();
      child.stdout.on('data', look);
      void exited.then(() => reject(new Error(`the node ended without printing ${String(pattern)}\n${output}`)));
    });
  return {process: child, output: () => output, printed, exited};
}

export async function rpc<T>(url: string, method: string, params: unknown[] = []): Promise<T> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {'content-type': 'application/json'},
    body: JSON.stringify({jsonrpc: '2.0', id: 1, method, params}),
  });
  const answer = (await response.json()) as {result?: T; error?: {code: number; message: string}};
  if (answer.error !== undefined) throw new Error(`${method}: ${answer.error.code} ${answer.error.message}`);
  return answer.result as T;
}

/** Polls until the node's head is at or past `height`. The only way to await a height of another process without a subscription. */
export async function untilHeight(url: string, height: bigint, timeoutMs = 60_000): Promise<bigint> {
  const signal = AbortSignal.timeout(timeoutMs);
  let last: string = 'no answer';
  for (;;) {
    try {
      const head = BigInt(await rpc<string>(url, 'eth_blockNumber'));
      if (head >= height) return head;
      last = `height ${head}`;
    } catch (error) {
      last = (error as Error).message;
    }
    if (signal.aborted) throw new Error(`${url} did not reach height ${height} within ${timeoutMs} ms (${last})`);
    await new Promise((resolvePoll) => setTimeout(resolvePoll, 50));
  }
}
