/** Transfers at a steady rate, each timed from its sending to the head that holds it. */
import {Agent} from 'node:http';
import type {ProcessNetwork} from '../../../support/processes.ts';
import {ask, post, signTransfers} from '../../transfers.ts';
import type {HeadWatch} from './network.ts';
import { sleep} from './network.ts';

const CONNECTIONS = 4;
const COMMIT_TIMEOUT_MS = 60_000;

export interface Traffic {
  /** Milliseconds from eth_sendRawTransaction to the head. */
  readonly latenciesMs: readonly number[];
  /** performance.now() of the first sending. */
  readonly startedAtMs: number;
  readonly blocks: number;
}

/**
 * Sends `count` transfers to validator 0, one every `everyMs`, whether or not the earlier ones are committed, and waits for all.
 * @throws when one is refused or is not committed in time.
 */
export async function sendSteadily(network: ProcessNetwork, watch: HeadWatch, count: number, everyMs: number): Promise<Traffic> {
  const node = network.validators[0]!;
  const transfers = await signTransfers(network.description, node.ethUrl, count);
  const agents = Array.from({length: CONNECTIONS}, () => new Agent({keepAlive: true, maxSockets: 1}));
  const sentAt = new Map<string, number>();
  const firstHead = watch.heads.length;
  const startedAtMs = performance.now();
  const sending: Promise<void>[] = [];
  for (const [i, {sender, raw}] of transfers.entries()) {
    const waitMs = startedAtMs + i * everyMs - performance.now();
    if (waitMs > 0) await sleep(waitMs);
    const at = performance.now();
    const body = JSON.stringify({jsonrpc: '2.0', id: i, method: 'eth_sendRawTransaction', params: [raw]});
    sending.push(
      post(node.ethUrl, agents[sender % CONNECTIONS]!, body).then((answer) => {
        const {result, error} = answer as {result?: string; error?: {message: string}};
        if (result === undefined) throw new Error(`a transfer was refused: ${error?.message ?? 'no answer'}`);
        sentAt.set(result, at);
      }),
    );
  }
  await Promise.all(sending);
  const latenciesMs: number[] = [];
  let blocks = 0;
  const deadline = performance.now() + COMMIT_TIMEOUT_MS;
  for (let next = firstHead; latenciesMs.length < count; next++) {
    while (watch.heads.length <= next) {
      if (performance.now() > deadline) throw new Error(`${count - latenciesMs.length} of ${count} transfers were not committed`);
      await sleep(5);
    }
    const {number, atMs} = watch.heads[next]!;
    const {transactions} = await ask<{transactions: string[]}>(node.ethUrl, 'eth_getBlockByNumber', [`0x${number.toString(16)}`, false]);
    const ours = transactions.flatMap((hash) => sentAt.get(hash) ?? []);
    if (ours.length > 0) blocks++;
    latenciesMs.push(...ours.map((sent) => atMs - sent));
  }
  for (const agent of agents) agent.destroy();
  return {latenciesMs, startedAtMs, blocks};
}
