/** The chains that a bench loads: our own, as a user starts it, and the peers. All have the same chain id and funded accounts. */
import {readFileSync} from 'node:fs';
import {startDevnet} from '../../support/devnet.ts';
import {startPeerChain} from '../../support/peers/processes.ts';
import {Connection} from './rpc.ts';

/** USER_HZ: the unit of processor times in /proc. */
const TICKS_PER_SECOND = 100;

export type ChainPeer = 'anvil' | 'hardhat';

export interface Target {
  readonly label: string;
  readonly url: string;
  readonly pids: readonly number[];
  /** Processor time of all its processes so far. */
  processorSeconds(): number;
  residentBytes(): number;
  /** Makes it go on with what waits, where it does not do so by itself. */
  nudge?(): Promise<void>;
  dispose(): Promise<void>;
}

/** `validators` real processes with durable commits. `env` goes to each of them. */
export async function startQanat(validators: number, env: Record<string, string> = {}): Promise<Target> {
  const devnet = await startDevnet({validators, args: ['--log-level', 'warn'], env});
  const label = validators === 1 ? 'qanat' : `qanat × ${validators}`;
  return target(label, devnet.rpcUrl(), devnet.pids(), () => devnet.dispose());
}

/**
 * As they start by default. Only anvil 1.7.1 also seals a block each second besides the one for every transaction: without that it
 * leaves transactions of concurrent requests pending until another one comes, for good at the end of a load. Under single requests its
 * miner stops with it too: `nudge` has it mine what waits.
 */
export async function startPeer(peer: ChainPeer): Promise<Target> {
  const {label, url, pid, dispose} = await startPeerChain(peer, peer === 'anvil' ? ['--block-time', '1', '--mixed-mining'] : []);
  const started = target(label, url, [pid], dispose);
  if (peer !== 'anvil') return started;
  const connection = new Connection(url);
  return {
    ...started,
    nudge: async () => void (await connection.one({method: 'evm_mine', params: []})),
    dispose: async () => {
      connection.close();
      await started.dispose();
    },
  };
}

/** Starts, runs `use` and ends the processes however that goes, Ctrl-C included. */
export async function withTarget<T>(start: () => Promise<Target>, use: (target: Target) => Promise<T>): Promise<T> {
  const started = await start();
  const stop = (): void => void started.dispose().finally(() => process.exit(130));
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  try {
    return await use(started);
  } finally {
    process.removeListener('SIGINT', stop);
    process.removeListener('SIGTERM', stop);
    await started.dispose();
  }
}

function target(label: string, url: string, pids: readonly number[], dispose: () => Promise<void>): Target {
  const sum = (of: (pid: number) => number): number => pids.reduce((total, pid) => total + of(pid), 0);
  return {label, url, pids, processorSeconds: () => sum(processorSecondsOf), residentBytes: () => sum(residentBytesOf), dispose};
}

function processorSecondsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

function residentBytesOf(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
}
