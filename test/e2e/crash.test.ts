import {describe, expect, it} from '@jest/globals';
import {runCrashes} from './crash/run.ts';

describe('validators killed with kill -9 at random moments under load', () => {
  it.each([
    {seed: 1, kills: 6, validators: 4},
    {seed: 2, kills: 4, validators: 1},
  ])('never sign twice, agree, and lose no committed transaction: $kills kills of $validators, seed $seed', async (plan) => {
    const {violations, signedVotes, height} = await runCrashes(plan);
    expect(violations).toEqual([]);
    expect(signedVotes).toBeGreaterThan(10);
    expect(height).toBeGreaterThan(5n);
  }, 240_000);
});
