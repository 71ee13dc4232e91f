/** Runs a manifest on real processes: each step perturbs some nodes, heals them, and waits until they are with the others again. */
import {ProcessNetwork, type NodeProcess} from '../../support/processes.ts';
import {checkNetwork, type Findings} from './checks.ts';
import type {Manifest, Step} from './manifest.ts';
import {comet, heightOf, untilHeightOf, type StatusView} from './rpc.ts';
import {Traffic} from './traffic.ts';

/** A healed node must be at the head within this time, on a machine that runs all of them. */
const RECOVERY_TIMEOUT_MS = 90_000;
/** Blocks after the last step: the network lives. */
const BLOCKS_AFTER = 5n;

export interface ManifestOutcome extends Findings {
  readonly transactions: number;
  /** Comet addresses (hex) of the validators. */
  readonly addresses: readonly string[];
}

/**
 * @param until awaited after the steps, with the running network, before the checks
 * @throws when a node does not come back or transactions are not committed in time
 */
export async function runManifest(
  manifest: Manifest,
  options: {log?: (line: string) => void; until?: (network: ProcessNetwork) => Promise<void>} = {},
): Promise<ManifestOutcome> {
  const {validators, fullNodes, twinsOf, blockIntervalMs, transferEveryMs, steps} = manifest;
  const log = options.log ?? ((): void => undefined);
  const network = await ProcessNetwork.create({
    validators,
    fullNodes,
    twinsOf,
    blockIntervalMs,
    settings: {hasTestAdmin: true, args: ['--log.level', 'info']},
  });
  try {
    await network.start(network.nodes);
    await Promise.all(network.nodes.map((node) => untilHeightOf(node, 1n, RECOVERY_TIMEOUT_MS)));
    const addresses = await Promise.all(network.validators.map(async (node) => (await comet<StatusView>(node, 'status')).validator_info.address));
    const traffic = new Traffic(network, transferEveryMs);
    await traffic.start();
    for (const step of steps) {
      log(`${step.perturbation} ${step.nodes.map((i) => network.nodes[i]!.name).join(', ')} for ${step.durationMs} ms`);
      await perform(network, step);
    }
    await options.until?.(network);
    const head = await highest(network.nodes);
    await Promise.all(network.nodes.map((node) => untilHeightOf(node, head + BLOCKS_AFTER, RECOVERY_TIMEOUT_MS)));
    const transactions = await traffic.settle(RECOVERY_TIMEOUT_MS);
    const settled = await highest(network.nodes);
    await Promise.all(network.nodes.map((node) => untilHeightOf(node, settled, RECOVERY_TIMEOUT_MS)));
    return {...(await checkNetwork(network.nodes, traffic.receipts)), transactions, addresses};
  } finally {
    await network.dispose();
  }
}

async function perform(network: ProcessNetwork, step: Step): Promise<void> {
  const victims = step.nodes.map((i) => network.nodes[i]!);
  const start = await highest(network.nodes);
  await untilSome(network.nodes, start + BigInt(step.afterBlocks));
  await Promise.all(victims.map((node) => perturb(node, step)));
  const head = await highest(network.nodes);
  await Promise.all(network.nodes.map((node) => untilHeightOf(node, head + 2n, RECOVERY_TIMEOUT_MS)));
}

async function perturb(node: NodeProcess, {perturbation, durationMs}: Step): Promise<void> {
  switch (perturbation) {
    case 'kill':
      await node.kill();
      await sleep(durationMs);
      return node.start();
    case 'restart':
      await node.stop();
      await sleep(durationMs);
      return node.start();
    case 'pause':
      node.pause();
      await sleep(durationMs);
      return node.resume();
    case 'disconnect':
      await node.disconnect();
      await sleep(durationMs);
      return node.reconnect();
  }
}

async function highest(nodes: readonly NodeProcess[]): Promise<bigint> {
  const heights = await Promise.all(nodes.map((node) => heightOf(node).catch(() => 0n)));
  return heights.reduce((a, b) => (a > b ? a : b));
}

/** Until one of them is there: some may lag or be cut off. */
async function untilSome(nodes: readonly NodeProcess[], height: bigint): Promise<void> {
  await Promise.any(nodes.map((node) => untilHeightOf(node, height, RECOVERY_TIMEOUT_MS)));
}

function sleep(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
