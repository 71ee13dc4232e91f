import {describe, expect, it} from '@jest/globals';
import {OracleActors} from './oracle-actors.ts';

/** Steps of each seed. `ACTOR_STEPS=5000 npm run jest -- test/contracts/oracle-invariants` goes on for longer. */
const STEPS = Number(process.env['ACTOR_STEPS'] ?? 60);

describe('the oracle\'s money', () => {
  it.each([1])('is accounted for after every step of random actors, seed %i', async (seed) => {
    const actors = await OracleActors.create(seed);
    for (let i = 0; i < STEPS; i++) await actors.step();
    await actors.check(true);
    // A run that is long enough went through the doors that it guards.
    if (STEPS < 200) return;
    for (const name of ['ask zk', 'ask served', 'answer', 'attest', 'refund', 'withdraw']) expect([name, actors.done.has(name)]).toEqual([name, true]);
  });
});
