/** A whole scenario drawn from a seed: who takes part, who lies how, what fails when. */
import type {Behaviour} from './byzantine/behaviours.ts';
import type {ClockFaults} from './clockFaults.ts';
import {NO_FAULTS, type Faults} from './network.ts';
import type {NodePlan} from './node.ts';
import {Random} from './scheduler.ts';

export interface Scenario {
  readonly name: ScenarioName;
  readonly seed: number;
  readonly nodes: readonly NodePlan[];
  readonly validators: number;
  readonly powers: readonly bigint[];
  readonly faults: Faults;
  /** 0: who is reported stays connected. */
  readonly banMs: number;
  /** What strikes, at random times, while trouble lasts. */
  readonly troubles: readonly Trouble[];
  readonly durationMs: number;
  /** Honest nodes that may be down at once. */
  readonly downMax: number;
  /** Names of nodes that start in the middle. */
  readonly lateJoiners: readonly string[];
  /** Blocks between two snapshots of every application, when some late joiners begin from one. */
  readonly snapshotInterval: bigint | undefined;
  /** Honest validators whose power may change, and to what. */
  readonly churn: readonly {readonly validator: number; readonly powers: readonly bigint[]}[];
  /** Largest transaction. */
  readonly txBytesMax: number;
  readonly changesParams: boolean;
  /** Blocks that the applications of some nodes want kept; one honest node keeps all. */
  readonly retained: ReadonlyMap<string, bigint>;
  /** More power lies than the algorithm bears: only the checkers are put to the test. */
  readonly mayFork: boolean;
}

export const TROUBLES = ['crash', 'half', 'ring', 'single', 'oneWay', 'cut'] as const;
/** twins: the first of each pair with one half of the others, the second with the other half, and nobody between. */
export type Trouble = (typeof TROUBLES)[number] | 'twins';

export const SCENARIOS = ['mixed', 'crashes', 'partitions', 'byzantine', 'twins', 'churn', 'clocks', 'blocks', 'joiners', 'fork'] as const;
export type ScenarioName = (typeof SCENARIOS)[number];

/** What can be drawn beside a key that two nodes share. Amnesia, too, needs its restarts. */
const LIES: readonly Behaviour[] = [
  'silent', 'twoProposals', 'twoFaces', 'doubleVotes', 'amnesiac', 'withholding', 'wrongParts', 'garbage', 'farFuture', 'falseHeight',
];

export function drawScenario(seed: number, name: ScenarioName = 'mixed'): Scenario {
  const random = new Random(seed);
  // So that a scenario's draws and the run's own do not go in step.
  for (let i = 0; i < 32; i++) random.uint32();
  const is = (...names: ScenarioName[]): boolean => names.includes(name);
  const has = (names: ScenarioName[], chance: number): boolean => names.includes(name) || (is('mixed') && random.chance(chance));

  const lies = has(['byzantine', 'twins'], 0.6);
  const validators = is('fork') ? 4 : lies ? 4 + random.below(4) : 1 + random.below(7);
  const powers = drawPowers(random, validators, is('fork'));
  const total = powers.reduce((sum, power) => sum + power, 0n);
  const liars = is('fork') ? [2, 3] : lies ? drawLiars(random, powers) : [];
  const lying = liars.reduce((sum, liar) => sum + powers[liar]!, 0n);

  const churn = has(['churn'], 0.3) ? drawChurn(random, powers, liars, lying) : [];
  const full = random.below(is('joiners') ? 3 : 2);
  const skewed = has(['clocks'], 0.25);
  const slow = random.chance(0.4);
  const nodes: NodePlan[] = [];
  const add = (plan: NodePlan): void => {
    nodes.push({
      ...plan,
      clock: drawClock(random, skewed),
      ...(slow ? {slowMs: random.between(0, 15)} : {}),
    });
  };
  for (let i = 0; i < validators; i++) {
    if (!liars.includes(i)) add({name: `n${i}`, validator: i});
    else if (is('twins', 'fork') || (!is('byzantine') && random.chance(0.3))) {
      add({name: `twin${i}a`, validator: i});
      add({name: `twin${i}b`, validator: i});
    } else add({name: `liar${i}`, validator: i, byzantine: drawLies(random)});
  }
  for (let i = 0; i < full; i++) add({name: `full${i}`, validator: undefined});
  if (is('byzantine', 'mixed') && random.chance(0.15)) add({name: 'heckler', validator: undefined, byzantine: ['garbage', 'falseHeight']});

  const late = has(['joiners'], 0.3) ? nodes.filter(({validator, byzantine}) => byzantine === undefined && (validator === undefined || random.chance(0.2))) : [];
  const latePower = late.reduce((sum, {validator}) => sum + (validator === undefined ? 0n : powers[validator]!), 0n);
  // Without a quorum from the start there is nothing to join late.
  const lateJoiners = 3n * latePower < total ? late.map((plan) => plan.name) : [];
  // A validator without which nothing is decided cannot wait for a snapshot.
  const isMissed = churn.length > 0 || 3n * (total - latePower - lying) <= 2n * total;
  const {syncing, snapshotInterval} = drawStateSync(seed, nodes, lateJoiners, isMissed);
  return {
    name,
    seed,
    nodes: nodes.map((plan) => (syncing.includes(plan.name) ? {...plan, syncsState: true} : plan)),
    validators,
    powers,
    faults: drawFaults(random, is('fork')),
    banMs: random.chance(0.5) ? random.between(200, 1500) : 0,
    troubles: is('fork') ? ['twins'] : is('crashes') ? ['crash'] : is('partitions') ? TROUBLES.slice(1) : TROUBLES.filter(() => random.chance(0.6)),
    durationMs: random.between(2000, 6000),
    downMax: Math.max(1, random.below(validators + 1)),
    lateJoiners,
    snapshotInterval,
    churn,
    txBytesMax: has(['blocks'], 0.2) ? 400_000 : 200,
    changesParams: has(['blocks'], 0.2),
    retained: drawRetained(seed, nodes, lateJoiners),
    mayFork: is('fork'),
  };
}

/** Fewer than a node that was away may miss: it has to find the one that kept them. Draws of its own, so that others stay what they were. */
function drawRetained(seed: number, nodes: readonly NodePlan[], lateJoiners: readonly string[]): Scenario['retained'] {
  const random = new Random(~seed);
  if (!random.chance(0.3)) return new Map();
  const archive = nodes.find(({name, byzantine}) => byzantine === undefined && !name.startsWith('twin') && !lateJoiners.includes(name));
  const pruning = nodes.filter((node) => archive !== undefined && node !== archive && random.chance(0.6));
  return new Map(pruning.map(({name}) => [name, BigInt(random.between(2, 12) | 0)]));
}

/**
 * Honest nodes that are there from the start vouch for the heights: one of them may be away. What they keep outlives the time that a
 * syncing node takes to choose. Draws of its own, as above.
 */
function drawStateSync(seed: number, nodes: readonly NodePlan[], lateJoiners: readonly string[], isMissed: boolean): {syncing: readonly string[]; snapshotInterval: bigint | undefined} {
  const random = new Random(seed ^ 0x5a5a5a5a);
  const vouching = nodes.filter(({name, byzantine}) => byzantine === undefined && !name.startsWith('twin') && !lateJoiners.includes(name));
  const mayWait = (joiner: string): boolean => !isMissed || nodes.find(({name}) => name === joiner)?.validator === undefined;
  const syncing = vouching.length < 3 ? [] : lateJoiners.filter((joiner) => random.chance(0.6) && mayWait(joiner));
  return {syncing, snapshotInterval: syncing.length === 0 ? undefined : BigInt(random.between(20, 40) | 0)};
}

function drawPowers(random: Random, count: number, equal: boolean): bigint[] {
  const highest = equal ? 1 : random.pick([1, 3, 20, 1000]);
  return Array.from({length: count}, () => 1n + BigInt(random.below(highest)));
}

/** Validators with less than a third of the power together; nobody, when every single one has more. */
function drawLiars(random: Random, powers: readonly bigint[]): number[] {
  const total = powers.reduce((sum, power) => sum + power, 0n);
  const liars: number[] = [];
  let lying = 0n;
  for (const candidate of random.shuffle(powers.map((_, i) => i))) {
    if (3n * (lying + powers[candidate]!) >= total || (liars.length > 0 && random.chance(0.4))) continue;
    liars.push(candidate);
    lying += powers[candidate]!;
  }
  return liars.sort((a, b) => a - b);
}

function drawLies(random: Random): readonly Behaviour[] {
  const chosen = LIES.filter(() => random.chance(0.25));
  return chosen.length > 0 ? chosen : [random.pick(LIES)];
}

/** Changes that keep the liars below a third whichever of them hold: against every honest validator at its lowest. */
function drawChurn(random: Random, powers: readonly bigint[], liars: readonly number[], lying: bigint): Scenario['churn'] {
  const churn: {validator: number; powers: readonly bigint[]}[] = [];
  let lowest = powers.reduce((sum, power) => sum + power, 0n);
  for (const [validator, power] of powers.entries()) {
    if (liars.includes(validator) || random.chance(0.4)) continue;
    const low = random.chance(0.4) ? 0n : 1n + BigInt(random.below(Number(power)));
    if (3n * lying >= lowest - power + low || lowest - power + low <= 0n) continue;
    lowest += low - power;
    churn.push({validator, powers: [low, power, power + 1n + BigInt(random.below(5))]});
  }
  // More power on one side must not make a validator that may be away indispensable: all are back at the end, so liveness holds.
  return churn;
}

function drawClock(random: Random, skewed: boolean): ClockFaults {
  if (!skewed) return {offsetMs: random.between(-20, 20), drift: 0, jumps: []};
  return {
    offsetMs: random.between(-1500, 1500),
    drift: random.between(-0.05, 0.05),
    jumps: Array.from({length: random.below(3)}, () => ({atMs: random.between(0, 6000), byMs: random.between(-3000, 3000)})),
  };
}

function drawFaults(random: Random, calm: boolean): Faults {
  if (calm) return NO_FAULTS;
  const delayMs = [1, random.pick([2, 20, 60, 150])] as const;
  const congestion = random.chance(0.3) ? random.between(0, 0.05) : 0;
  // Half of the runs on connections that keep their promise, half on worse ones than there are.
  if (random.chance(0.5)) return {delayMs, loss: 0, duplication: 0, reorder: false, congestion};
  return {delayMs, loss: random.between(0, 0.12), duplication: random.between(0, 0.1), reorder: random.chance(0.7), congestion};
}
