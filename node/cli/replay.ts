import {cpSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {basename, join} from 'node:path';
import type {Command} from 'commander';
import {replayBlocks} from '#node/app';
import {ConfigError, type HomePaths} from '#node/config';
import {applicationHeight, ChainError, createExecution, rollBackApplication} from '#node/execution';
import {openLevel} from '#node/storage';
import {createLogger} from '#node/telemetry';
import {wholeNumber} from './arguments.ts';
import {withHome} from './home.ts';
import {withStores, type HomeStores} from './stores.ts';

interface ReplayOptions {
  readonly home: string;
  readonly from?: number;
  readonly to?: number;
  readonly scratch?: string;
}

/** Blocks between two lines of progress. */
const PROGRESS_BLOCKS = 1000n;

/** `qanat replay`: executes stored blocks again in a scratch folder and compares. The home is only read. */
export function addReplayCommand(program: Command, finish: (code: number) => void): void {
  const height = wholeNumber(1, Number.MAX_SAFE_INTEGER);
  program
    .command('replay')
    .description('execute stored blocks again in a scratch folder and compare app hashes and results with the chain')
    .requiredOption('--home <dir>', 'the home folder')
    .option('--from <height>', 'first block; later than the first, the application is copied and taken back to it (default: the first)', height)
    .option('--to <height>', 'last block (default: the newest)', height)
    .option('--scratch <dir>', 'where the scratch folder is made (default: the folder for temporary files)')
    .action(async (options: ReplayOptions) => finish(await withHome(options.home, (home) => withStores(home, (stores) => replay(home, stores, options)))));
}

async function replay(home: HomePaths, stores: HomeStores, options: ReplayOptions): Promise<number> {
  const {genesis, blockStore} = stores;
  const first = blockStore.base > genesis.initialHeight ? blockStore.base : genesis.initialHeight;
  const from = options.from === undefined ? first : BigInt(options.from);
  const to = options.to === undefined ? blockStore.height : BigInt(options.to);
  if (from < first || to > blockStore.height || from > to) throw new ConfigError(`blocks ${from} to ${to} were asked for, ${first} to ${blockStore.height} are here`);
  const scratch = mkdtempSync(join(options.scratch ?? tmpdir(), 'qanat-replay-'));
  try {
    return await replayIn(scratch, home, stores, from, to);
  } finally {
    rmSync(scratch, {recursive: true, force: true});
  }
}

async function replayIn(scratch: string, home: HomePaths, stores: HomeStores, from: bigint, to: bigint): Promise<number> {
  const path = join(scratch, basename(home.application));
  const isWhole = from === stores.genesis.initialHeight;
  // The lock of LevelDB belongs to whoever has it open.
  if (!isWhole) cpSync(home.application, path, {recursive: true, filter: (source) => basename(source) !== 'LOCK'});
  const db = await openLevel(path);
  try {
    if (!isWhole) await takeBackTo(db, from - 1n);
    const execution = await createExecution({db, logger: createLogger({level: 'error', format: 'pretty', destination: process.stderr})});
    try {
      const progress = (height: bigint): void => {
        if (height % PROGRESS_BLOCKS === 0n) console.log(`block ${height} of ${to}`);
      };
      const mismatch = await replayBlocks({...stores, app: execution.app}, {from, to, progress});
      if (mismatch === undefined) {
        console.log(`blocks ${from} to ${to} give the same app hashes and results`);
        return 0;
      }
      const {height, what, expected, actual} = mismatch;
      console.error(`qanat: block ${height}: the ${what} is ${actual}, the chain says ${expected}`);
      return 1;
    } finally {
      await execution.close();
    }
  } finally {
    await db.close();
  }
}

async function takeBackTo(db: Parameters<typeof rollBackApplication>[0], target: bigint): Promise<void> {
  let height = (await applicationHeight(db)) ?? 0n;
  if (height < target) throw new ConfigError(`the application is at height ${height}: replay can begin at ${height + 1n} at the latest`);
  try {
    while (height > target) height = await rollBackApplication(db);
  } catch (error) {
    if (!(error instanceof ChainError)) throw error;
    throw new ConfigError(`the application cannot be taken back below height ${height} (${error.message}); replay from ${height + 1n}, or from the first block`);
  }
}
