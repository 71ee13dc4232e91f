import {describe, expect, it} from '@jest/globals';
import {drawManifest, PERTURBATIONS, type Manifest} from './manifests/manifest.ts';
import {comet, heightOf, type BlockView} from './manifests/rpc.ts';
import {runManifest} from './manifests/run.ts';

/** More of them: `npm run e2e -- --seeds N --from S`. */
const SEEDS = [2];

const QUIET: Manifest = {seed: 0, validators: 4, fullNodes: 0, twinsOf: [], blockIntervalMs: 200, transferEveryMs: 50, steps: []};

describe('networks of real processes under perturbations, judged over RPC', () => {
  it('survive each perturbation of one node', async () => {
    const steps = PERTURBATIONS.map((perturbation, i) => ({afterBlocks: 2, nodes: [i], perturbation, durationMs: 1500}));
    const {violations, height, transactions} = await runManifest({...QUIET, steps});
    expect(violations).toEqual([]);
    expect(height).toBeGreaterThan(10n);
    expect(transactions).toBeGreaterThan(20);
  }, 240_000);

  it.each(SEEDS)('survive what seed %i draws', async (seed) => {
    const {violations} = await runManifest(drawManifest(seed));
    expect(violations).toEqual([]);
  }, 300_000);

  it('two live nodes with one key make the evidence, which every node commits', async () => {
    const outcome = await runManifest(
      {...QUIET, twinsOf: [3]},
      {
        until: async ({validators}) => {
          for (let next = 1n; ; ) {
            const head = await heightOf(validators[0]!);
            for (; next <= head; next++) {
              const {block} = await comet<BlockView>(validators[0]!, `block?height=${next}`);
              if (block.evidence.evidence.length > 0) return;
            }
            await new Promise((resolve) => setTimeout(resolve, 50));
          }
        },
      },
    );
    expect(outcome.violations).toEqual([]);
    expect(outcome.evidence.length).toBeGreaterThan(0);
    for (const {type, value} of outcome.evidence) {
      expect(type).toBe('tendermint/DuplicateVoteEvidence');
      expect(value.vote_a.validator_address).toBe(outcome.addresses[3]);
      expect(value.vote_b.validator_address).toBe(outcome.addresses[3]);
      expect(value.vote_a.block_id).not.toEqual(value.vote_b.block_id);
    }
  }, 240_000);
});
