/**
 * The jobs' invariants catch planted faults. Each takes minutes: `MUTATIONS=1 npm run jest -- test/contracts/mutations` plants them; a
 * plain run sees that there is still a place for each.
 */
import {readFileSync} from 'node:fs';
import {describe, expect, it} from '@jest/globals';
import {implementationAddress, SYSTEM_ADDRESSES} from '#protocols/genesis';
import {mutate} from '../mutants.ts';
import type {Mutation} from '../mutants.ts';
import {BrokenInvariant} from '../oracle-actors.ts';
import {TrainingActors} from '../training-actors.ts';

const BASE = 'protocols/contracts/training/TrainingBase.sol';
const MAIN = 'protocols/contracts/TrainingJobs.sol';

const MUTATIONS: readonly Mutation[] = [
  {what: 'a won bounty stays in the escrow\'s books', source: MAIN, find: '        job.winner = submissionId;\n        $.escrowed -= job.bounty;\n', replace: '        job.winner = submissionId;\n'},
  {what: 'a review\'s pay stays in the escrow\'s books', source: BASE, find: '        $.escrowed -= terms.reviewPay;\n', replace: ''},
  {what: 'a part is paid and not taken from what is left', source: MAIN, find: '            left -= amount;\n            if (participant', replace: '            if (participant'},
  {what: 'a job can be refunded twice', source: MAIN, find: '        job.status = JobStatus.Refunded;\n', replace: ''},
  {what: 'an asset is paid and still owed', source: MAIN, find: '        _storage().assetBalances[assetId] = 0;\n', replace: ''},
  {what: 'a withdrawn balance stays', source: MAIN, find: '        _storage().balances[msg.sender] = 0;\n', replace: ''},
];

describe('a planted fault is caught', () => {
  it.each(MUTATIONS)('has its place in the source: $what', ({source, find}) => {
    expect(readFileSync(source, 'utf8').split(find)).toHaveLength(2);
  });

  const planted = process.env['MUTATIONS'] === '1' ? it : it.skip;
  planted.each(MUTATIONS)('$what', async (mutation) => {
    const code = mutate(mutation, {TrainingJobs: MAIN});
    const actors = await TrainingActors.create(1, new Map([[implementationAddress(SYSTEM_ADDRESSES.trainingJobs), code.get('TrainingJobs')!]]));
    const run = async () => {
      for (let i = 0; i < 600; i++) await actors.step();
    };
    await expect(run()).rejects.toThrow(BrokenInvariant);
  });
});
