import {Command, CommanderError} from 'commander';
import {ConfigError} from '#node/config';
import {KeyError, type ScryptCost} from '#node/keys';
import {StorageError} from '#node/storage';
import {addImportCommand} from './import.ts';
import {addInitCommand} from './init.ts';
import {addKeysCommand} from './keys.ts';
import {addReplayCommand} from './replay.ts';
import {addResetCommand} from './reset.ts';
import {addRollbackCommand} from './rollback.ts';
import {addLightCommand} from './light.ts';
import {addStartCommand} from './start.ts';
import {addTestnetCommand} from './testnet.ts';
import {VERSION} from '#node/app';

/** Runs one command of the node's CLI. @returns the exit code: 0, 1 when the command failed, 2 when it was typed wrongly. */
export async function main(args: readonly string[], options: {readonly scryptCost?: ScryptCost} = {}): Promise<number> {
  const program = new Command('qanat')
    .description('Qanat: a layer-1 blockchain node for AI assets')
    .version(VERSION, '-V, --version')
    .addHelpText('after', '\nOff-chain services:\n  prover                       proves inferences of listed models\n  model                        trains, packs and sets up models\n')
    .exitOverride()
    .showHelpAfterError();
  let code = 0;
  const finish = (value: number): void => void (code = value);
  addInitCommand(program, finish);
  addStartCommand(program, finish);
  addKeysCommand(program, finish, options.scryptCost);
  addTestnetCommand(program, finish);
  addRollbackCommand(program, finish);
  addReplayCommand(program, finish);
  addResetCommand(program, finish);
  addImportCommand(program, finish);
  addLightCommand(program, finish);
  program
    .command('version')
    .description('print the version')
    .action(() => console.log(VERSION));
  try {
    await program.parseAsync([...args], {from: 'user'});
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof ConfigError || error instanceof KeyError || error instanceof StorageError) {
      console.error(`qanat: ${error.message}`);
      return 1;
    }
    throw error;
  }
}
