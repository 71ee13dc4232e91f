/**
 * Measures votes of 200 bytes between four nodes, each in a process of its own, on loopback:
 *
 *     node --conditions=chain-source --import tsx test/unit/p2p/latency.ts
 *
 * `paced`: every node sends one vote to each peer every 10 ms and gets it echoed; latency is half of the way there and back.
 * `flood`: every node sends 60,000 votes to each peer as fast as the queues take them.
 */
import '../../../node/app/polyfills.ts';
import {fork} from 'node:child_process';
import type {ChildProcess} from 'node:child_process';
import {fileURLToPath} from 'node:url';

const NODES = 4;
const ROUNDS = 300;
const PACE_MS = 10;
const FLOOD = 60_000;
const VOTE = 0x22;
const PING = 1;
const PONG = 2;
const FILLER = 3;

type Command = {readonly type: 'connect'; readonly addresses: readonly string[]} | {readonly type: 'paced'} | {readonly type: 'flood'};

if (process.argv[2] === 'node') await runNode();
else await runParent();

async function runParent(): Promise<void> {
  const script = fileURLToPath(import.meta.url);
  const children = Array.from({length: NODES}, () => fork(script, ['node'], {execArgv: ['--conditions=chain-source', '--import', 'tsx']}));
  const answer = (child: ChildProcess): Promise<unknown> => new Promise(resolve => child.once('message', resolve));
  const all = async (command: (index: number) => Command): Promise<unknown[]> => {
    const answers = children.map(answer);
    children.forEach((child, i) => child.send(command(i)));
    return Promise.all(answers);
  };
  const addresses = (await Promise.all(children.map(answer))) as string[];
  await all(i => ({type: 'connect', addresses: addresses.slice(i + 1)}));
  for (const type of ['paced', 'paced', 'flood', 'paced'] as const) {
    for (const result of await all(() => ({type}))) process.stdout.write(`${type} ${JSON.stringify(result)}\n`);
  }
  for (const child of children) child.kill();
}

async function runNode(): Promise<void> {
  const {startNode} = await import('./support.ts');
  const node = await startNode();
  const {network} = node;
  let roundTripsMs: number[] = [];
  let fillers = 0;
  let onProgress = (): void => undefined;
  network.subscribe({
    peerAdded: () => undefined,
    peerRemoved: () => undefined,
    message: (peer, _channel, bytes) => {
      node.events.length = 0;
      if (bytes[0] === PING) {
        bytes[0] = PONG;
        network.send(peer, VOTE, bytes);
      } else if (bytes[0] === PONG) {
        const sentAt = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(8);
        roundTripsMs.push(Number(process.hrtime.bigint() - sentAt) / 1e6);
      } else fillers++;
      onProgress();
    },
  });
  const pause = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms));

  const paced = async (): Promise<object> => {
    roundTripsMs = [];
    const cpu = process.cpuUsage();
    for (let round = 0; round < ROUNDS; round++) {
      for (const peer of network.peers()) {
        const vote = new Uint8Array(200).fill(PING, 0, 1);
        new DataView(vote.buffer).setBigUint64(8, process.hrtime.bigint());
        network.send(peer, VOTE, vote);
      }
      await pause(PACE_MS);
    }
    await pause(500);
    const {user, system} = process.cpuUsage(cpu);
    const sorted = roundTripsMs.map(ms => ms / 2).sort((a, b) => a - b);
    const at = (fraction: number): string => (sorted[Math.floor(sorted.length * fraction)] ?? NaN).toFixed(2);
    // Per vote: a ping sent, a pong received, a ping received, a pong sent.
    return {votes: sorted.length, p50Ms: at(0.5), p95Ms: at(0.95), cpuUsPerMessageSentOrReceived: ((user + system) / (4 * sorted.length)).toFixed(0)};
  };

  const flood = async (): Promise<object> => {
    fillers = 0;
    const startedAt = process.hrtime.bigint();
    const cpu = process.cpuUsage();
    const left = new Map(network.peers().map(peer => [peer, FLOOD]));
    const vote = new Uint8Array(200).fill(FILLER);
    const pump = (peer: string): void => {
      let count = left.get(peer) ?? 0;
      while (count > 0 && network.send(peer, VOTE, vote)) count--;
      left.set(peer, count);
      onProgress();
    };
    const total = FLOOD * left.size;
    const unsubscribe = network.onWritable(pump);
    await new Promise<void>(resolve => {
      onProgress = () => {
        if (fillers >= total && [...left.values()].every(count => count === 0)) resolve();
      };
      for (const peer of left.keys()) pump(peer);
    });
    onProgress = () => undefined;
    unsubscribe();
    const seconds = Number(process.hrtime.bigint() - startedAt) / 1e9;
    const {user, system} = process.cpuUsage(cpu);
    return {receivedPerSecond: Math.round(total / seconds), cpuUsPerMessageSentOrReceived: ((user + system) / (2 * total)).toFixed(2)};
  };

  process.on('message', (command: Command) => {
    const run = async (): Promise<unknown> => {
      if (command.type === 'paced') return paced();
      if (command.type === 'flood') return flood();
      for (const address of command.addresses) await network.dial(address);
      await node.untilPeers(NODES - 1);
      return {};
    };
    void run().then(result => process.send?.(result));
  });
  process.send?.(node.address);
}
