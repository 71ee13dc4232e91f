/** kill -9 of real validators at random moments under load, and what must hold afterwards. */
import {homePaths} from '#node/config';
import {fromBase64, fromHex, toHex} from '#proto';
import {Random} from '../../simulation/support/scheduler.ts';
import {ProcessNetwork, type NodeProcess} from '../../support/processes.ts';
import {checkNetwork} from '../manifests/checks.ts';
import {comet, heightOf, untilHeightOf} from '../manifests/rpc.ts';
import {Traffic} from '../manifests/traffic.ts';
import {SignatureLedger} from './signatures.ts';

export interface CrashPlan {
  readonly seed: number;
  readonly kills: number;
  readonly validators: number;
}

export interface CrashOutcome {
  readonly kills: number;
  readonly height: bigint;
  readonly transactions: number;
  /** Transactions whose receipt was seen while nodes were being killed. */
  readonly receipts: number;
  readonly signedVotes: number;
  readonly violations: readonly string[];
}

const BLOCK_INTERVAL_MS = 50;
const TRANSFER_EVERY_MS = 15;
/** A kill comes this long after all nodes are back, so that it may hit any moment of a block, and of a start. */
const BEFORE_KILL_MS = 600;
const DEAD_MS = 200;
const BACK_TIMEOUT_MS = 90_000;

export async function runCrashes(plan: CrashPlan, log: (line: string) => void = () => undefined): Promise<CrashOutcome> {
  const random = new Random(plan.seed);
  const network = await ProcessNetwork.create({
    validators: plan.validators,
    blockIntervalMs: BLOCK_INTERVAL_MS,
    settings: {args: ['--log.level', 'warn', '--consensus.timeout_propose_ms', '500', '--consensus.timeout_prevote_ms', '300', '--consensus.timeout_precommit_ms', '300']},
  });
  try {
    await network.start();
    await Promise.all(network.validators.map((node) => untilHeightOf(node, 1n, BACK_TIMEOUT_MS)));
    const ledger = new SignatureLedger(network.description.chainId, await validatorKeys(network.validators[0]!));
    const traffic = new Traffic(network, TRANSFER_EVERY_MS);
    await traffic.start();
    let killed = 0;
    while (killed < plan.kills) {
      await sleep(random.between(0, BEFORE_KILL_MS));
      const victims = draw(random, network.validators, plan.kills - killed);
      await Promise.all(victims.map((node) => node.kill()));
      killed += victims.length;
      for (const node of network.validators) ledger.readLog(homePaths(node.home).wal);
      await sleep(random.between(0, DEAD_MS));
      log(`${killed} killed, ${ledger.size} votes read: ${victims.map(({name}) => name).join(', ')}`);
      await Promise.all(victims.map((node) => node.start()));
      if (random.chance(0.5)) await untilHeightOf(victims[0]!, (await highest(network.validators)) + 1n, BACK_TIMEOUT_MS);
    }
    const head = await highest(network.validators);
    await Promise.all(network.validators.map((node) => untilHeightOf(node, head + 3n, BACK_TIMEOUT_MS)));
    const seen = traffic.receipts.size;
    const transactions = await traffic.settle(BACK_TIMEOUT_MS);
    const settled = await highest(network.validators);
    await Promise.all(network.validators.map((node) => untilHeightOf(node, settled, BACK_TIMEOUT_MS)));
    const {height, violations} = await checkNetwork(network.validators, traffic.receipts);
    await Promise.all(network.validators.map((node) => node.stop()));
    for (const node of network.validators) ledger.readLog(homePaths(node.home).wal);
    return {kills: killed, height, transactions, receipts: seen, signedVotes: ledger.size, violations: [...violations, ...ledger.violations]};
  } finally {
    await network.dispose();
  }
}

/** Mostly one; now and then several or all at once. */
function draw(random: Random, nodes: readonly NodeProcess[], most: number): NodeProcess[] {
  const count = random.chance(0.7) ? 1 : 1 + random.below(nodes.length);
  const rest = [...nodes];
  return Array.from({length: Math.min(count, most)}, () => rest.splice(random.below(rest.length), 1)[0]!);
}

async function validatorKeys(node: NodeProcess): Promise<Map<string, Uint8Array>> {
  const {validators} = await comet<{validators: {address: string; pub_key: {value: string}}[]}>(node, 'validators');
  return new Map(validators.map(({address, pub_key}) => [toHex(fromHex(address)), fromBase64(pub_key.value)]));
}

async function highest(nodes: readonly NodeProcess[]): Promise<bigint> {
  const heights = await Promise.all(nodes.map((node) => heightOf(node).catch(() => 0n)));
  return heights.reduce((a, b) => (a > b ? a : b));
}

function sleep(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
