/** `qanat prover`: the service that answers inference requests. */
import {readFile} from 'node:fs/promises';
import {InvalidArgumentError} from 'commander';
import type {Command} from 'commander';
import type {Hex} from 'viem';
import {startProver} from '../prover/service.ts';
import {consoleLogger} from './output.ts';

type ProverFlags = {rpc: string; models: string; keyFile?: string; cache?: string; state?: string; acceptLoss?: boolean; logJson?: boolean};

const KEY_VARIABLE = 'QANAT_PROVER_KEY';

export function addProverCommand(program: Command): void {
  program.command('prover')
    .description('answer inference requests for the model packages of a folder')
    .option('--rpc <URL>', 'JSON-RPC of a node', url, 'http://127.0.0.1:8545')
    .requiredOption('--models <FOLDER>', 'model packages; new ones are picked up as they appear')
    .option('--key-file <FILE>', `private key of the prover's account in hex (default: the variable ${KEY_VARIABLE})`)
    .option('--cache <FOLDER>', 'where proving keys are kept (default: $QANAT_CACHE or ~/.cache/qanat)')
    .option('--state <FILE>', 'where to remember the last block (default: in the models folder)')
    .option('--accept-loss', 'answer even when gas costs more than the fee')
    .option('--log-json', 'log JSON objects')
    .action(async (flags: ProverFlags) => {
      const privateKey = await readKey(flags.keyFile);
      const logger = consoleLogger(flags.logJson ?? false);
      const prover = startProver(
        {
          rpcUrl: flags.rpc, privateKey, modelsDir: flags.models, cacheDir: flags.cache, stateFile: flags.state,
          acceptLoss: flags.acceptLoss,
        },
        {logger},
      );
      const signal = await new Promise<string>((resolve) => {
        for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => resolve(name));
        // With an ipc channel the service ends with the process that started it, however that ended.
        if (process.channel) process.once('disconnect', () => resolve('the end of the parent process'));
      });
      logger.info(`stopping on ${signal}`);
      await prover.stop();
      if (process.connected) process.disconnect?.();
    });
}

/** Never from the command line, where other users of the machine can read it. */
async function readKey(file: string | undefined): Promise<Hex> {
  const text = (file === undefined ? (process.env[KEY_VARIABLE] ?? '') : await readFile(file, 'utf8')).trim();
  const key = text.startsWith('0x') ? text : `0x${text}`;
  if (!/^0x[0-9a-fA-F]{64}$/.test(key)) {
    throw new Error(file === undefined ? `give --key-file or set ${KEY_VARIABLE} to a private key of 32 bytes in hex` : `${file} does not hold a private key of 32 bytes in hex`);
  }
  return key as Hex;
}

function url(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) throw new InvalidArgumentError('expected an http or https address');
  return text;
}
