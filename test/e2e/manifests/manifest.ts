/** What a perturbed network goes through: drawn from a seed, so that a failure can be run again. Model: CometBFT `test/e2e`. */
import {Random} from '../../simulation/support/scheduler.ts';

export const PERTURBATIONS = ['kill', 'pause', 'disconnect', 'restart'] as const;
export type Perturbation = (typeof PERTURBATIONS)[number];

export interface Step {
  /** Begins when the network has decided this many blocks since the step before. */
  readonly afterBlocks: number;
  /** Numbers of the nodes it befalls: validators first, then full nodes. */
  readonly nodes: readonly number[];
  readonly perturbation: Perturbation;
  /** How long they stay paused, cut off, or dead. */
  readonly durationMs: number;
}

export interface Manifest {
  readonly seed: number;
  readonly validators: number;
  readonly fullNodes: number;
  /** Validators whose key a second live node uses as well. */
  readonly twinsOf: readonly number[];
  readonly blockIntervalMs: number;
  /** Milliseconds between transfers. */
  readonly transferEveryMs: number;
  readonly steps: readonly Step[];
}

const STEPS = 5;

/** Never takes +1/3 of the validators away at once, unless `isSevere`: then a step may stop the chain for its duration. */
export function drawManifest(seed: number): Manifest {
  const random = new Random(seed);
  const validators = 4 + random.below(2);
  const fullNodes = random.below(2);
  const isSevere = random.chance(0.3);
  const victims = (): number[] => {
    const most = isSevere && random.chance(0.5) ? validators : 1;
    const count = 1 + random.below(most);
    const numbers = Array.from({length: validators + fullNodes}, (_, i) => i);
    return Array.from({length: count}, () => numbers.splice(random.below(numbers.length), 1)[0]!);
  };
  return {
    seed,
    validators,
    fullNodes,
    twinsOf: [],
    blockIntervalMs: 100 + random.below(400),
    transferEveryMs: 20 + random.below(200),
    steps: Array.from({length: STEPS}, () => ({
      afterBlocks: 2 + random.below(6),
      nodes: victims(),
      perturbation: PERTURBATIONS[random.below(PERTURBATIONS.length)]!,
      durationMs: 200 + random.below(4000),
    })),
  };
}
