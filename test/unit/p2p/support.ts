import {createNodeIdentity, P2pNetwork} from '#node/p2p';
import type {NodeIdentity, P2pClock, P2pLogger, P2pOptions} from '#node/p2p';

export const CHAIN_ID = 'qanat-test-1';
export const GENESIS_HASH = new Uint8Array(32).fill(7);
export const LOOPBACK = '/ip4/127.0.0.1/tcp/0';

export const realClock: P2pClock = {
  nowMs: () => Date.now(),
  setTimer: (delayMs, fn) => {
    const timer = setTimeout(fn, delayMs);
    return () => clearTimeout(timer);
  },
};

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly fields: Record<string, unknown>;
  readonly message: string;
}

type NodeEvent =
  | {readonly type: 'added' | 'removed'; readonly peer: string}
  | {readonly type: 'message'; readonly peer: string; readonly channel: number; readonly bytes: Uint8Array}
  | {readonly type: 'log'; readonly line: LogLine};

/** A node's network with a record of all that happened to it, and a way to await what will. */
export class TestNode {
  readonly network: P2pNetwork;
  readonly identity: NodeIdentity;
  readonly events: NodeEvent[] = [];
  readonly #waiters = new Set<() => void>();

  constructor(identity: NodeIdentity, options: Partial<P2pOptions> = {}, clock: P2pClock = realClock) {
    this.identity = identity;
    const logger = Object.fromEntries(
      (['debug', 'info', 'warn', 'error'] as const).map(level => [
        level,
        (fields: object, message: string) => this.#record({type: 'log', line: {level, fields: fields as Record<string, unknown>, message}}),
      ]),
    ) as unknown as P2pLogger;
    this.network = new P2pNetwork(
      {
        chainId: CHAIN_ID,
        genesisHash: GENESIS_HASH,
        listen: [LOOPBACK],
        persistentPeers: [],
        maxInbound: 20,
        maxOutbound: 20,
        moniker: 'test',
        version: '0.1.0',
        addressBookStrict: false,
        pex: false,
        ...options,
        timing: {reconnectBaseMs: 10, reconnectMaxMs: 100, dialYieldMs: 50, mempoolBatchDelayMs: 1, ...options.timing},
      },
      {logger, clock, metrics: {peers: {set: () => undefined}}, identity, random: Math.random},
    );
    this.network.subscribe({
      peerAdded: peer => this.#record({type: 'added', peer}),
      peerRemoved: peer => this.#record({type: 'removed', peer}),
      message: (peer, channel, bytes) => this.#record({type: 'message', peer, channel, bytes}),
    });
  }

  get id(): string {
    return this.network.peerId;
  }

  get address(): string {
    const address = this.network.addresses()[0];
    if (address === undefined) throw new Error('not listening');
    return address;
  }

  get port(): number {
    return Number(/\/tcp\/(\d+)/.exec(this.address)?.[1]);
  }

  messages(channel?: number): Uint8Array[] {
    return this.events.flatMap(event => (event.type === 'message' && (channel === undefined || event.channel === channel) ? [event.bytes] : []));
  }

  logs(pattern: RegExp): LogLine[] {
    return this.events.flatMap(event => (event.type === 'log' && pattern.test(`${event.line.message} ${JSON.stringify(event.line.fields)}`) ? [event.line] : []));
  }

  count(type: NodeEvent['type'], peer?: string): number {
    return this.events.filter(event => event.type === type && (peer === undefined || ('peer' in event && event.peer === peer))).length;
  }

  /** Resolves when the condition holds; it is looked at after each event of this node. */
  until(condition: () => boolean): Promise<void> {
    return new Promise(resolve => {
      const check = (): void => {
        if (!condition()) return;
        this.#waiters.delete(check);
        resolve();
      };
      this.#waiters.add(check);
      check();
    });
  }

  untilPeers(count: number): Promise<void> {
    return this.until(() => this.network.peers().length === count);
  }

  #record(event: NodeEvent): void {
    this.events.push(event);
    for (const waiter of [...this.#waiters]) waiter();
  }
}

export async function startNode(options: Partial<P2pOptions> = {}, identity?: NodeIdentity, clock?: P2pClock): Promise<TestNode> {
  const node = new TestNode(identity ?? (await createNodeIdentity()), options, clock);
  await node.network.start();
  return node;
}

/** Two announced peers; `a` dialled `b`. */
export async function startPair(a: Partial<P2pOptions> = {}, b: Partial<P2pOptions> = {}): Promise<[TestNode, TestNode]> {
  const second = await startNode(b);
  const first = await startNode(a);
  await first.network.dial(second.address);
  await Promise.all([first.untilPeers(1), second.untilPeers(1)]);
  return [first, second];
}

export async function stopAll(nodes: readonly TestNode[]): Promise<void> {
  await Promise.all(nodes.map(node => node.network.stop()));
}

export function bytesOf(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = (seed + i * 31) & 0xff;
  return bytes;
}
