/** `npm run e2e -- --seeds N --from S`: one perturbed network after the other, each drawn from its seed. */
import {parseArgs} from 'node:util';
import {drawManifest} from './manifest.ts';
import {runManifest} from './run.ts';

const SEEDS_MAX = 10_000;

const USAGE = `Usage: npm run e2e -- [--seeds N] [--from S]

  --seeds N  how many manifests to run, 1 to ${SEEDS_MAX} (default 5)
  --from S   the first seed (default 1)
`;

async function main(args: readonly string[]): Promise<number> {
  const {values} = parseArgs({args: [...args], options: {seeds: {type: 'string'}, from: {type: 'string'}, help: {type: 'boolean'}}, strict: true});
  if (values.help === true) {
    console.log(USAGE);
    return 0;
  }
  const count = whole('--seeds', values.seeds ?? '5', 1, SEEDS_MAX);
  const from = whole('--from', values.from ?? '1', 0, Number.MAX_SAFE_INTEGER - SEEDS_MAX);
  let failed = 0;
  for (let seed = from; seed < from + count; seed++) {
    const manifest = drawManifest(seed);
    console.log(`seed ${seed}: ${manifest.validators} validators, ${manifest.fullNodes} full nodes, ${manifest.steps.length} steps`);
    try {
      const {height, transactions, violations} = await runManifest(manifest, {log: (line) => console.log(`  ${line}`)});
      console.log(`  height ${height}, ${transactions} transactions, ${violations.length === 0 ? 'all held' : violations.join('; ')}`);
      if (violations.length > 0) failed++;
    } catch (error) {
      console.log(`  FAILED: ${(error as Error).message}`);
      failed++;
    }
  }
  console.log(`${count - failed} passed, ${failed} failed, 0 skipped`);
  return failed === 0 ? 0 : 1;
}

function whole(flag: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max) throw new Error(`${flag} is "${text}", expected a whole number from ${min} to ${max}\n\n${USAGE}`);
  return value;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 2;
}
