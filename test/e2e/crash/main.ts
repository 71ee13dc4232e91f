/** `npm run crash-test -- --kills N --seed S`: random kill -9 of real validators under load. */
import {parseArgs} from 'node:util';
import {runCrashes} from './run.ts';

const KILLS_MAX = 100_000;
const VALIDATORS_MAX = 16;

const USAGE = `Usage: npm run crash-test -- [options]

  --kills N       processes to kill, 1 to ${KILLS_MAX} (default 50)
  --seed S        whom and when (default 1)
  --validators V  1 to ${VALIDATORS_MAX} (default 4)
`;

async function main(args: readonly string[]): Promise<number> {
  const {values} = parseArgs({
    args: [...args],
    options: {kills: {type: 'string'}, seed: {type: 'string'}, validators: {type: 'string'}, help: {type: 'boolean'}},
    strict: true,
  });
  if (values.help === true) {
    console.log(USAGE);
    return 0;
  }
  const outcome = await runCrashes(
    {
      kills: whole('--kills', values.kills ?? '50', 1, KILLS_MAX),
      seed: whole('--seed', values.seed ?? '1', 0, 2 ** 31),
      validators: whole('--validators', values.validators ?? '4', 1, VALIDATORS_MAX),
    },
    (line) => console.log(line),
  );
  const {kills, height, transactions, receipts, signedVotes, violations} = outcome;
  console.log(`${kills} kills; height ${height}; ${transactions} transactions, ${receipts} receipts seen before the end; ${signedVotes} signed votes read.`);
  for (const violation of violations) console.log(`VIOLATION: ${violation}`);
  if (violations.length === 0) console.log('No double signature, no fork, equal app hashes, no committed transaction lost.');
  return violations.length === 0 ? 0 : 1;
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
