/** Runs one scenario to its end and tells how it went. */
import {DEFAULT_CONSENSUS_PARAMS, type ConsensusParams} from '#proto';
import {Cluster, type ClusterPlan} from './cluster.ts';
import {drawScenario, type Scenario, type ScenarioName} from './scenario.ts';
import {plantTroubles} from './troubles.ts';

export interface Outcome {
  readonly seed: number;
  readonly scenario: ScenarioName;
  readonly violations: readonly string[];
  /** Highest height that an honest node decided. */
  readonly height: bigint;
  /** Blocks that honest nodes committed, all together. */
  readonly blocks: number;
  readonly virtualMs: number;
  readonly events: number;
  readonly evidence: number;
  /** Over everything that happened: the same for the same seed and code. */
  readonly digest: string;
  readonly lastLines: readonly string[];
}

export interface RunOptions {
  readonly onTrace?: (line: string) => void;
  readonly onLog?: ClusterPlan['onLog'];
  /** For tests that break something on purpose. */
  readonly prepare?: (cluster: Cluster) => void;
    readonly recoveryMs?: number;
}

const RECOVERY_MS = 120_000;
/** Evidence grows old soon: a block that it may speak of is not pruned. */
const SHORT_MEMORY: ConsensusParams = {
  ...DEFAULT_CONSENSUS_PARAMS,
  evidence: {...DEFAULT_CONSENSUS_PARAMS.evidence, maxAgeNumBlocks: 12n, maxAgeDurationNs: 3_000_000_000n},
};
const RECOVERY_HEIGHTS = 10n;
const LINES_SHOWN = 60;

export async function runSeed(seed: number, name: ScenarioName = 'mixed', options: RunOptions = {}): Promise<Outcome> {
  return runScenario(drawScenario(seed, name), options);
}

export async function runScenario(scenario: Scenario, options: RunOptions = {}): Promise<Outcome> {
  const {seed, nodes, validators, powers, faults} = scenario;
  const {onTrace, onLog, recoveryMs = RECOVERY_MS} = options;
  const cluster = new Cluster({
    seed,
    nodes,
    validators,
    powers,
    faults,
    ...(scenario.retained.size === 0 ? {} : {params: SHORT_MEMORY}),
    ...(onTrace === undefined ? {} : {onTrace}),
    ...(onLog === undefined ? {} : {onLog}),
  });
  cluster.network.banMs = scenario.banMs;
  for (const [name, blocks] of scenario.retained) cluster.node(name).appDisk.retainBlocks = blocks;
  if (scenario.snapshotInterval !== undefined) for (const node of cluster.nodes) node.appDisk.snapshotInterval = scenario.snapshotInterval;
  cluster.note(describe(scenario));
  options.prepare?.(cluster);
  plantTroubles(cluster, scenario);
  await cluster.scheduler.run(scenario.durationMs + 1, () => cluster.found.length > 0);
  if (cluster.found.length === 0) await recover(cluster, scenario, recoveryMs);
  cluster.finish();
  return {
    seed,
    scenario: scenario.name,
    violations: cluster.violations,
    height: cluster.highest,
    blocks: cluster.honest.reduce((sum, {committed}) => sum + committed.size, 0),
    virtualMs: cluster.scheduler.now,
    events: cluster.scheduler.handled,
    evidence: cluster.evidence.count,
    digest: cluster.trace.digest,
    lastLines: cluster.trace.last(LINES_SHOWN),
  };
}

async function recover(cluster: Cluster, {durationMs}: Scenario, recoveryMs: number): Promise<void> {
  const {honest, scheduler} = cluster;
  const goal = cluster.highest + RECOVERY_HEIGHTS;
  const isDone = (): boolean => cluster.found.length > 0 || honest.every((node) => node.isUp && node.height >= goal);
  if (await scheduler.run(durationMs + recoveryMs, isDone)) return;
  const where = honest.map((node) => `${node.name} ${node.isUp ? `at ${node.height}` : 'is down'}`).join(', ');
  cluster.report('liveness', cluster.highest, `${recoveryMs} ms after all was well, not everybody is at ${goal}: ${where}`);
}

export function describe({name, seed, nodes, powers, faults, banMs, troubles, downMax, lateJoiners, churn, txBytesMax, retained}: Scenario): string {
  const who = nodes.map(({name: node, validator, byzantine}) => {
    const power = validator === undefined ? 'full' : `power ${powers[validator]}`;
    return `${node} (${[power, ...(byzantine ?? [])].join(', ')})`;
  });
  const syncsState = (late: string): boolean => nodes.find((plan) => plan.name === late)?.syncsState === true;
  const {delayMs, loss, duplication, reorder, congestion = 0} = faults;
  const network = `delay ${delayMs.join('-')} ms, loss ${loss.toFixed(3)}, duplication ${duplication.toFixed(3)}, congestion ${congestion.toFixed(3)}`;
  return [
    `scenario ${name} of seed ${seed}: ${who.join(' ')}`,
    `${network}${reorder ? ', reordering' : ''}, bans ${banMs.toFixed(0)} ms`,
    `troubles ${troubles.join(' ') || 'none'}, at most ${downMax} down, late ${lateJoiners.map((late) => `${late}${syncsState(late) ? ' (by snapshot)' : ''}`).join(' ') || 'nobody'}`,
    `changing power ${churn.map(({validator}) => validator).join(' ') || 'nobody'}, transactions to ${txBytesMax} bytes`,
    `pruning ${[...retained].map(([name, blocks]) => `${name} to ${blocks}`).join(' ') || 'nobody'}`,
  ].join('; ');
}
