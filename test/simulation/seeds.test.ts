/** Whole scenarios drawn from seeds; `npm run simulate` runs as many as one likes. */
import {describe, expect, it} from '@jest/globals';
import {runSeed, type Outcome} from './support/run.ts';
import {drawScenario, SCENARIOS, type ScenarioName} from './support/scenario.ts';

/** What a person needs to see of a failure. */
function verdict({seed, scenario, violations, lastLines}: Outcome): object {
  return violations.length === 0 ? {seed, scenario, violations} : {seed, scenario, violations, lastLines};
}

/** How the seeds went so far, to compare with another run of the same seed. */
const courses = new Map<number, Outcome>();

async function expectGood(seed: number, name: ScenarioName): Promise<Outcome> {
  const outcome = await runSeed(seed, name);
  if (name === 'mixed') courses.set(seed, outcome);
  expect(verdict(outcome)).toEqual({seed, scenario: name, violations: []});
  expect(outcome.height).toBeGreaterThanOrEqual(10n);
  return outcome;
}

describe('scenarios from seeds keep every promise', () => {
  it.each(Array.from({length: 36}, (_, i) => i + 1))('mixed, seed %i', async (seed) => {
    await expectGood(seed, 'mixed');
  });
  const special = SCENARIOS.filter((name) => name !== 'mixed' && name !== 'fork');
  it.each(special.flatMap((name) => [101, 102].map((seed) => [name, seed] as const)))('%s, seed %i', async (name, seed) => {
    await expectGood(seed, name);
  });
});

describe('a seed', () => {
  it('takes the same course every time', async () => {
    // Liars, crashes, a slow disk: everything that is drawn while it runs.
    for (const seed of [4, 15, 34]) {
      const first = courses.get(seed) ?? (await runSeed(seed));
      const second = await runSeed(seed);
      expect({...second, lastLines: []}).toEqual({...first, lastLines: []});
    }
    const [four, five] = await Promise.all([4, 5].map(async (seed) => courses.get(seed) ?? runSeed(seed)));
    expect(five!.digest).not.toBe(four!.digest);
  });

  it('never gives liars a third of the power', () => {
    for (let seed = 1; seed <= 2000; seed++) {
      const {nodes, powers, churn} = drawScenario(seed);
      const validatorsOf = (isLiar: boolean): Set<number> => {
        const counts = new Map<number, number>();
        for (const {validator} of nodes) if (validator !== undefined) counts.set(validator, (counts.get(validator) ?? 0) + 1);
        const lies = ({validator, byzantine}: (typeof nodes)[number]): boolean =>
          byzantine !== undefined || (validator !== undefined && counts.get(validator)! > 1);
        return new Set(nodes.filter((node) => node.validator !== undefined && lies(node) === isLiar).map(({validator}) => validator!));
      };
      const lowest = (validator: number): bigint => {
        const choices = churn.find((each) => each.validator === validator)?.powers ?? [];
        return [powers[validator]!, ...choices].reduce((a, b) => (a < b ? a : b));
      };
      const lying = [...validatorsOf(true)].reduce((sum, validator) => sum + powers[validator]!, 0n);
      const honest = [...validatorsOf(false)].reduce((sum, validator) => sum + lowest(validator), 0n);
      expect({seed, isBelowAThird: 3n * lying < lying + honest}).toEqual({seed, isBelowAThird: true});
    }
  });
});

describe('with half of the power lying', () => {
  it('forks are found: the checkers can see what they look for', async () => {
    let forks = 0;
    for (let seed = 1; seed <= 6 && forks === 0; seed++) {
      const {violations} = await runSeed(seed, 'fork');
      if (violations.some((violation) => /^agreement at height \d+: fork/.test(violation))) forks += 1;
    }
    expect(forks).toBeGreaterThan(0);
  });
});
