/** Block sync: a new node fetches, verifies and executes a chain of empty blocks, then one of full ones. */
import {Agent} from 'node:http';
import type {NodeProcess, ProcessNetwork} from '../../../support/processes.ts';
import {printTable} from '../../measure.ts';
import {ask, post, signTransfers} from '../../transfers.ts';
import {HeadWatch, sleep, withNetwork} from './network.ts';

const VALIDATORS = 4;
const EMPTY_BLOCKS = 1_500n;
/** More than 16 blocks full of them: fewer would come by gossip. */
const TRANSFERS = 60_000;
const BATCH = 100;
const POLL_MS = 20;
const SYNC_TIMEOUT_MS = 300_000;

export async function measureSync(): Promise<void> {
  const rows: string[][] = [];
  for (const content of ['empty', 'full'] as const) {
    rows.push(
      await withNetwork({validators: VALIDATORS, fullNodes: 1, blockIntervalMs: content === 'empty' ? 5 : 1000}, async (network) => {
        const transactions = content === 'empty' ? await makeEmptyBlocks(network) : await makeFullBlocks(network);
        // The validators keep the chain; nothing new is made meanwhile but a block a second.
        const target = BigInt(await ask<string>(network.validators[0]!.ethUrl, 'eth_blockNumber'));
        const {blocks, startSeconds, seconds} = await join(network.fullNodes[0]!, target);
        const rate = (count: number): string => (count / seconds).toFixed(0);
        return [content, String(blocks), transactions.toLocaleString('en'), `${startSeconds.toFixed(1)} s`, `${seconds.toFixed(1)} s`, rate(blocks), rate((transactions * blocks) / Number(target))];
      }),
    );
  }
  printTable(['blocks', 'count', 'transactions', 'start', 'then to the head', 'blocks/s', 'transactions/s'], rows);
  console.log(`Start: until the servers of the empty node answer. Rates are of the time after that; ${VALIDATORS} signatures per commit, all verified.\n`);
}

async function makeEmptyBlocks(network: ProcessNetwork): Promise<number> {
  const watch = await HeadWatch.open(network.validators[0]!);
  await watch.reach(EMPTY_BLOCKS, SYNC_TIMEOUT_MS);
  watch.close();
  await Promise.all(network.validators.map((node) => node.stop()));
  await network.start(network.validators.slice(0, 2));
  return 0;
}

async function makeFullBlocks(network: ProcessNetwork): Promise<number> {
  const node = network.validators[0]!;
  const agent = new Agent({keepAlive: true, maxSockets: 1});
  const transfers = await signTransfers(network.description, node.ethUrl, TRANSFERS);
  for (let at = 0; at < transfers.length; at += BATCH) {
    const batch = transfers.slice(at, at + BATCH).map(({raw}, i) => ({jsonrpc: '2.0', id: at + i, method: 'eth_sendRawTransaction', params: [raw]}));
    await post(node.ethUrl, agent, JSON.stringify(batch));
  }
  agent.destroy();
  while ((await ask<{pending: string}>(node.ethUrl, 'txpool_status')).pending !== '0x0') await sleep(POLL_MS);
  await Promise.all(network.validators.map((validator) => validator.stop()));
  await network.start(network.validators.slice(0, 2));
  return TRANSFERS;
}

interface Joined {
  /** Of the blocks that came after its servers answered. */
  readonly blocks: number;
  readonly startSeconds: number;
  readonly seconds: number;
}

async function join(node: NodeProcess, target: bigint): Promise<Joined> {
  const from = performance.now();
  await node.start();
  const startedAt = performance.now();
  const height = async (): Promise<bigint> => BigInt(await ask<string>(node.ethUrl, 'eth_blockNumber'));
  const first = await height();
  for (;;) {
    const head = await height();
    const now = performance.now();
    if (head >= target) return {blocks: Number(head - first), startSeconds: (startedAt - from) / 1000, seconds: (now - startedAt) / 1000};
    if (now > startedAt + SYNC_TIMEOUT_MS) throw new Error(`${node.name} is at ${head} of ${target} after ${SYNC_TIMEOUT_MS} ms`);
    await sleep(POLL_MS);
  }
}
