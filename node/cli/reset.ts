import {existsSync, readdirSync, rmSync} from 'node:fs';
import {basename, join} from 'node:path';
import type {Command} from 'commander';
import {ConfigError, type HomePaths} from '#node/config';
import {withHome} from './home.ts';

interface ResetOptions {
  readonly home: string;
  readonly signState?: boolean;
  readonly yes?: boolean;
}

/** `qanat reset`: the chain's data go, keys and settings stay. CometBFT's reset-state; with --sign-state, unsafe-reset-all. */
export function addResetCommand(program: Command, finish: (code: number) => void): void {
  program
    .command('reset')
    .description('delete the chain of a home: blocks, state, logs and indexes; keys, settings and what the validator signed last stay')
    .requiredOption('--home <dir>', 'the home folder')
    .option('--sign-state', 'also forget what the validator signed last')
    .option('--yes', 'needed with --sign-state')
    .action(async (options: ResetOptions) => {
      await withHome(options.home, async (home) => reset(home, options));
      finish(0);
    });
}

function reset(home: HomePaths, options: ResetOptions): void {
  if (options.signState === true && options.yes !== true) {
    throw new ConfigError(
      `--sign-state deletes ${home.validatorState}, all that keeps this validator from signing twice for one height. On a chain that goes on, that is a double sign, and stake is lost. ` +
        'It is right only when every validator begins the chain again from genesis. If so, add --yes',
    );
  }
  const kept = options.signState === true ? undefined : basename(home.validatorState);
  const deleted = existsSync(home.data) ? readdirSync(home.data).filter((name) => name !== kept) : [];
  for (const name of deleted) rmSync(join(home.data, name), {recursive: true});
  console.log(deleted.length === 0 ? 'nothing to delete' : `deleted from ${home.data}: ${deleted.sort().join(', ')}`);
  if (kept !== undefined && existsSync(home.validatorState)) console.log(`kept ${home.validatorState}: this validator signs again above the height in it`);
}
