/** `npm run simulate`: whole scenarios from seeds, until one breaks a promise or all are through. See docs/spec/simulation.md. */
import {Command, InvalidArgumentError, Option} from 'commander';
import {spawn} from 'node:child_process';
import {createInterface} from 'node:readline';
import {inspect} from 'node:util';
import {runSeed, type Outcome} from './support/run.ts';
import {SCENARIOS, type ScenarioName} from './support/scenario.ts';

interface Arguments {
  readonly seeds: number;
  readonly from: number;
  readonly scenario: ScenarioName;
  readonly trace: boolean;
  readonly logs: boolean;
  readonly workers: number;
  readonly keepGoing: boolean;
  readonly json: boolean;
}

interface Totals {
  runs: number;
  failed: number;
  blocks: number;
  virtualMs: number;
  evidence: number;
}

/** One line per progress report. */
const REPORT_EVERY = 100;

const command = new Command('simulate')
  .description('Runs the production consensus engine on simulated clock, network and disk')
  .option('--seeds <count>', 'how many seeds', natural, 50)
  .option('--from <seed>', 'the first of them', natural, 1)
  .addOption(new Option('--scenario <name>', 'what is drawn').choices(SCENARIOS).default('mixed'))
  .option('--trace', 'print what happens as it happens', false)
  .option('--logs', 'print the logs of the nodes too', false)
  .option('--workers <count>', 'processes that share the seeds', natural, 1)
  .option('--keep-going', 'go on after a failure', false)
  .addOption(new Option('--json', 'one line of JSON per seed, for the parent process').default(false).hideHelp())
  .parse();

const totals: Totals = {runs: 0, failed: 0, blocks: 0, virtualMs: 0, evidence: 0};
const startedAt = process.hrtime.bigint();
const options: Arguments = command.opts();
if (options.workers > 1) await runWorkers(options);
else await runHere(options);
if (!options.json) summarise();
process.exitCode = totals.failed > 0 ? 1 : 0;

async function runHere({seeds, from, scenario, trace, logs, keepGoing, json}: Arguments): Promise<void> {
  for (let seed = from; seed < from + seeds; seed++) {
    const outcome = await runSeed(seed, scenario, {
      ...(trace ? {onTrace: print} : {}),
      ...(logs ? {onLog: (node: string, level: string, fields: object, message: string) => print(`  ${node} ${level} ${message} ${inspect(fields, {breakLength: Infinity})}`)} : {}),
    });
    if (json) print(serialise(outcome));
    else take(outcome);
    if (outcome.violations.length > 0) {
      totals.failed += json ? 1 : 0;
      if (!keepGoing) return;
    }
  }
}

/** Seeds in shares, one process each: a simulation is single-threaded, and module state must not be shared. */
async function runWorkers({seeds, from, scenario, workers, keepGoing}: Arguments): Promise<void> {
  const share = Math.ceil(seeds / workers);
  const children = Array.from({length: workers}, (_, i) => {
    const first = from + i * share;
    const count = Math.min(share, from + seeds - first);
    const args = ['--seeds', String(count), '--from', String(first), '--scenario', scenario, '--json', ...(keepGoing ? ['--keep-going'] : [])];
    return count > 0 ? spawn(process.execPath, [...process.execArgv, import.meta.filename, ...args], {stdio: ['ignore', 'pipe', 'inherit']}) : undefined;
  });
  await Promise.all(
    children.map(async (child) => {
      if (child === undefined) return;
      const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
      const failedBefore = totals.failed;
      for await (const line of createInterface({input: child.stdout})) take(parse(line));
      const code = await exited;
      // Its failure was not one of a seed: it could not run at all.
      if (code !== 0 && totals.failed === failedBefore) totals.failed += 1;
      if (totals.failed > 0 && !keepGoing) for (const other of children) other?.kill();
    }),
  );
}

function take(outcome: Outcome): void {
  totals.runs += 1;
  totals.blocks += outcome.blocks;
  totals.virtualMs += outcome.virtualMs;
  totals.evidence += outcome.evidence;
  if (outcome.violations.length > 0) {
    totals.failed += 1;
    fail(outcome);
  } else if (totals.runs % REPORT_EVERY === 0) print(`${totals.runs} seeds, ${totals.blocks} blocks`);
}

function fail({seed, scenario, height, violations, lastLines, digest}: Outcome): void {
  print(`FAILED seed ${seed}, scenario ${scenario}, height ${height}`);
  for (const violation of violations) print(`  ${violation}`);
  print(`  the last of what happened (digest ${digest}):`);
  for (const line of lastLines) print(`    ${line}`);
  print(`  again: npm run simulate -- --seeds 1 --from ${seed} --scenario ${scenario} --trace`);
}

function summarise(): void {
  const seconds = Number(process.hrtime.bigint() - startedAt) / 1e9;
  const {runs, failed, blocks, virtualMs, evidence} = totals;
  print(`${runs} seeds, ${failed} failed; ${blocks} blocks committed by honest nodes, ${evidence} pieces of evidence`);
  print(
    `${(virtualMs / 1000).toFixed(0)} s of virtual time in ${seconds.toFixed(1)} s: ${(blocks / seconds).toFixed(0)} simulated blocks per second, ` +
      `${(virtualMs / 1000 / seconds).toFixed(1)} times real time`,
  );
}

function serialise(outcome: Outcome): string {
  return JSON.stringify(outcome, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
}

function parse(line: string): Outcome {
  const outcome = JSON.parse(line) as Outcome & {height: string};
  return {...outcome, height: BigInt(outcome.height)};
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function natural(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('a natural number is expected');
  return value;
}
