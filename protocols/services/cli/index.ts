/** The command line of the off-chain services. The executable qanat dispatches to it. */
import {Command, CommanderError} from 'commander';
import {addLoraCommand} from './lora.ts';
import {addModelCommand} from './model.ts';
import {addProverCommand} from './prover.ts';

/** Runs one command. @returns the exit code: 0, 1 when the command failed, 2 when it was typed wrongly. */
export async function main(args: readonly string[]): Promise<number> {
  const program = new Command('qanat').description('Qanat: off-chain services').exitOverride().showHelpAfterError();
  addLoraCommand(program);
  addModelCommand(program);
  addProverCommand(program);
  try {
    await program.parseAsync([...args], {from: 'user'});
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    console.error(`qanat: ${(error as Error).message}`);
    return 1;
  }
}
