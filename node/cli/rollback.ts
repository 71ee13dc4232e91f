import {rmSync} from 'node:fs';
import type {Command} from 'commander';
import {EngineError, rollback} from '#consensus/engine';
import {ConfigError, type HomePaths} from '#node/config';
import {applicationHeight, rollBackApplication} from '#node/execution';
import {withHome} from './home.ts';
import {withDatabase, withStores} from './stores.ts';

/** `qanat rollback [--hard]`: one block back, so that other software executes it again. */
export function addRollbackCommand(program: Command, finish: (code: number) => void): void {
  program
    .command('rollback')
    .description('take the state back by one block, which is executed again at the next start (after a wrong app hash, with corrected software)')
    .requiredOption('--home <dir>', 'the home folder')
    .option('--hard', 'remove the block too: it is fetched from peers, or decided, again')
    .action(async (options: {home: string; hard?: boolean}) => {
      await withHome(options.home, (home) => rollBackHome(home, options.hard === true));
      finish(0);
    });
}

/**
 * The application first: consensus may be ahead of it at a start, which closes the gap, but not behind. A crash in between is made
 * good by the next start or by the same command.
 */
async function rollBackHome(home: HomePaths, removeBlock: boolean): Promise<void> {
  try {
    await withStores(home, async (stores) => {
      const {stateStore, blockStore} = stores;
      const state = stateStore.load();
      const target = state?.lastBlockHeight === blockStore.height ? blockStore.height - 1n : (state?.lastBlockHeight ?? 0n);
      if (blockStore.height <= stores.genesis.initialHeight) throw new ConfigError('there is no block to take back; to begin again, use `qanat reset`');
      const application = await withDatabase(home.application, async (db) => {
        let height = (await applicationHeight(db)) ?? 0n;
        while (height > target) height = await rollBackApplication(db);
        return height;
      });
      // It holds what the block answered before; the node makes it anew.
      rmSync(home.txIndex, {recursive: true, force: true});
      const {stateHeight, blockHeight} = await rollback(stores, {removeBlock});
      console.log(`blocks to ${blockHeight}, state after ${stateHeight}, application at ${application}`);
      console.log(removeBlock ? `Block ${stateHeight + 1n} will be fetched or decided again.` : `Block ${blockHeight} will be executed again at the next start.`);
    });
  } catch (error) {
    if (error instanceof EngineError) throw new ConfigError(error.message);
    throw error;
  }
}
