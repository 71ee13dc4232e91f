/** Seven validators: one, then two die by SIGKILL and return. */
import type {NodeProcess, ProcessNetwork} from '../../../support/processes.ts';
import {printTable} from '../../measure.ts';
import {HeadWatch, ms, percentile, sleep, withNetwork} from './network.ts';

const VALIDATORS = 7;
const INTERVAL_MS = 1000;
const OBSERVE_MS = 20_000;
const POLL_MS = 20;
const RETURN_TIMEOUT_MS = 60_000;

export async function measureRecovery(): Promise<void> {
  const rows = await withNetwork({validators: VALIDATORS, blockIntervalMs: INTERVAL_MS}, async (network) => {
    const watch = await HeadWatch.open(network.validators[0]!);
    await watch.reach(3n);
    const out: string[][] = [];
    for (const dead of [1, 2]) out.push(await killAndReturn(network, watch, network.validators.slice(-dead)));
    watch.close();
    return out;
  });
  printTable(['dead of seven', 'kill to next block', 'interval while dead p50', 'longest', 'start to at the head', 'to a vote in a commit'], rows);
  console.log(`An empty block every ${INTERVAL_MS} ms; a dead proposer costs a round of timeout_propose (1500 ms on a devnet).\n`);
}

async function killAndReturn(network: ProcessNetwork, watch: HeadWatch, victims: readonly NodeProcess[]): Promise<string[]> {
  await Promise.all(victims.map((node) => node.kill()));
  const killedAt = performance.now();
  const next = await watch.reach((watch.heads.at(-1)?.number ?? 0n) + 1n);
  await sleep(OBSERVE_MS);
  const intervals = watch.intervalsMs(killedAt);
  const returnedAt = performance.now();
  const back = await Promise.all(victims.map((node) => comeBack(network, watch, node)));
  const longest = (values: readonly number[]): number => Math.max(...values) - returnedAt;
  return [
    String(victims.length),
    ms(next.atMs - killedAt),
    ms(percentile(intervals, 0.5)),
    ms(Math.max(...intervals)),
    ms(longest(back.map(({atHead}) => atHead))),
    ms(longest(back.map(({voted}) => voted))),
  ];
}

/** When it was at the head again, and when a commit held a signature of it. */
async function comeBack(network: ProcessNetwork, watch: HeadWatch, node: NodeProcess): Promise<{atHead: number; voted: number}> {
  await node.start();
  const reference = network.validators[0]!;
  const own = await comet<{sync_info: {latest_block_height: string}; validator_info: {address: string}}>(node, 'status');
  const {address} = own.validator_info;
  let height = BigInt(own.sync_info.latest_block_height);
  while (height < (watch.heads.at(-1)?.number ?? 0n)) {
    await sleep(POLL_MS);
    height = BigInt((await comet<typeof own>(node, 'status')).sync_info.latest_block_height);
  }
  const atHead = performance.now();
  const deadline = atHead + RETURN_TIMEOUT_MS;
  for (let from = height; performance.now() < deadline; ) {
    const head = watch.heads.at(-1)!.number;
    for (; from < head; from++) {
      const {signed_header: {commit}} = await comet<{signed_header: {commit: {signatures: {block_id_flag: number; validator_address: string}[]}}}>(reference, `commit?height=${from}`);
      if (commit.signatures.some((signature) => signature.block_id_flag === 2 && signature.validator_address === address)) return {atHead, voted: performance.now()};
    }
    await sleep(POLL_MS);
  }
  throw new Error(`${node.name} has not voted within ${RETURN_TIMEOUT_MS} ms of its return`);
}

async function comet<T>(node: NodeProcess, path: string): Promise<T> {
  const response = await fetch(`${node.cometUrl}/${path}`);
  const {result, error} = (await response.json()) as {result?: T; error?: {message: string; data?: string}};
  if (result === undefined) throw new Error(`${path}: ${error?.message ?? ''} ${error?.data ?? ''}`);
  return result;
}
