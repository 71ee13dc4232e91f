/** What the sections share: a network that ends with its measurement, heads as they come, and percentiles. */
import {WebSocket} from 'ws';
import {ProcessNetwork, type NodeProcess, type ProcessNetworkOptions} from '../../../support/processes.ts';

const LOG_LEVEL = ['--log.level', 'warn'];

/** Starts the validators, runs `measure`, and ends all processes however that goes, Ctrl-C included. */
export async function withNetwork<T>(options: ProcessNetworkOptions, measure: (network: ProcessNetwork) => Promise<T>): Promise<T> {
  const {settings = {}} = options;
  const network = await ProcessNetwork.create({...options, settings: {...settings, args: [...LOG_LEVEL, ...(settings.args ?? [])]}});
  const stop = (): void => void network.dispose().finally(() => process.exit(130));
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  try {
    await network.start();
    return await measure(network);
  } finally {
    process.removeListener('SIGINT', stop);
    process.removeListener('SIGTERM', stop);
    await network.dispose();
  }
}

export interface Head {
  readonly number: bigint;
  /** performance.now() when it came. */
  readonly atMs: number;
}

/** Every head of one node, as its WebSocket tells them. */
export class HeadWatch {
  readonly heads: Head[] = [];
  private readonly socket: WebSocket;
  private readonly waiting = new Set<() => void>();

  private constructor(socket: WebSocket) {
    this.socket = socket;
  }

  static async open(node: NodeProcess): Promise<HeadWatch> {
    const socket = new WebSocket(node.ethUrl.replace('http', 'ws'));
    const watch = new HeadWatch(socket);
    await new Promise<void>((ready, fail) => {
      socket.once('error', fail);
      socket.once('open', () => socket.send(JSON.stringify({jsonrpc: '2.0', id: 1, method: 'eth_subscribe', params: ['newHeads']})));
      socket.on('message', (data: Buffer) => {
        const message = JSON.parse(data.toString('utf8')) as {id?: number; params?: {result: {number: string}}};
        if (message.id === 1) return ready();
        if (message.params === undefined) return;
        watch.heads.push({number: BigInt(message.params.result.number), atMs: performance.now()});
        for (const wake of watch.waiting) wake();
      });
    });
    return watch;
  }

  /** The first head at or past `number`. */
  async reach(number: bigint, timeoutMs = 120_000): Promise<Head> {
    const find = (): Head | undefined => this.heads.find((head) => head.number >= number);
    const deadline = AbortSignal.timeout(timeoutMs);
    while (find() === undefined) {
      if (deadline.aborted) throw new Error(`no head ${number} within ${timeoutMs} ms; the last was ${this.heads.at(-1)?.number ?? 'none'}`);
      await this.change(deadline);
    }
    return find()!;
  }

  /** Milliseconds between heads that came after `sinceMs`. */
  intervalsMs(sinceMs = 0): number[] {
    const times = this.heads.filter(({atMs}) => atMs >= sinceMs).map(({atMs}) => atMs);
    return times.slice(1).map((time, i) => time - times[i]!);
  }

  close(): void {
    this.socket.terminate();
  }

  private change(deadline: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.waiting.delete(wake);
        deadline.removeEventListener('abort', wake);
        resolve();
      };
      this.waiting.add(wake);
      deadline.addEventListener('abort', wake);
    });
  }
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

export function ms(value: number): string {
  return `${value.toFixed(0)} ms`;
}

export function sleep(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
