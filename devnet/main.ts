/** `npm start` and `npm run devnet`: a local network of real validator processes. */
import {mkdirSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {parseDevnetOptions, USAGE, type DevnetOptions} from './options.ts';
import {readNetwork, type NetworkDescription} from './network.ts';
import {firstBlock, listening} from './readiness.ts';
import {logTail, runQanat, startValidator, stopValidators, type RunningValidator} from './runner.ts';
import {welcome} from './welcome.ts';

const FIRST_BLOCK_TIMEOUT_MS = 120_000;

async function main(): Promise<number> {
  let options: DevnetOptions;
  try {
    options = parseDevnetOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${USAGE}`);
    return 2;
  }
  if (options.help) {
    console.log(USAGE);
    return 0;
  }

  const temporary = options.home === undefined;
  const home = temporary ? mkdtempSync(join(tmpdir(), 'qanat-devnet-')) : resolve(options.home ?? '');
  const running: RunningValidator[] = [];
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
  try {
    return await run(options, home, temporary, running, stop.signal);
  } catch (error) {
    if (stop.signal.aborted) return 0;
    console.error((error as Error).message);
    return 1;
  } finally {
    await stopValidators(running);
    if (temporary) rmSync(home, {recursive: true, force: true});
    if (stop.signal.aborted) console.log(temporary ? 'Stopped; the temporary chain is removed.' : `Stopped; the chain is kept in ${home}.`);
  }
}

async function run(options: DevnetOptions, home: string, temporary: boolean, running: RunningValidator[], stop: AbortSignal): Promise<number> {
  console.log(temporary ? `Chain data: ${home} (temporary; give --home DIR to keep it)` : `Chain data: ${home}`);
  const network = await prepare(options, home);

  // Log lines of validator 0 wait until the welcome has been printed, so that it reads as one piece.
  const held: string[] = [];
  let printLine = (line: string): void => void held.push(line);
  for (const description of network.validators) {
    running.push(
      startValidator(description, {
        args: modeArguments(options),
        ...(options.logLevel === undefined ? {} : {logLevel: options.logLevel}),
        ...(description.index === 0 ? {onLine: (line: string) => printLine(line)} : {}),
      }),
    );
  }
  const stopped = new Promise<'stopped'>((resolvePromise) => {
    if (stop.aborted) resolvePromise('stopped');
    stop.addEventListener('abort', () => resolvePromise('stopped'), {once: true});
  });

  const ready = await Promise.race([stopped, Promise.all(running.map((validator) => readyOrReason(validator, options.dev)))]);
  if (ready === 'stopped') return 0;

  console.log(welcome(network, running, options.dev));
  for (const line of held) console.log(line);
  printLine = (line) => console.log(line);
  for (const validator of running) {
    void validator.exited.then(({code, signal}) => {
      if (stop.aborted) return;
      const {index, home: validatorHome} = validator.description;
      console.log(`Validator ${index} ended (${signal ?? `code ${code}`}). Start it again: npx qanat start --home ${validatorHome}${options.dev ? ' --dev' : ''}`);
    });
  }
  const allEnded = Promise.all(running.map(({exited}) => exited)).then(() => 'ended' as const);
  if ((await Promise.race([stopped, allEnded])) === 'ended' && !stop.aborted) {
    console.error('All validators have ended.');
    return 1;
  }
  return 0;
}

function modeArguments({dev, blockIntervalMs}: DevnetOptions): string[] {
  if (!dev) return [];
  return ['--dev', ...(blockIntervalMs === undefined ? [] : ['--dev.block_interval_ms', String(blockIntervalMs)])];
}

async function prepare(options: DevnetOptions, home: string): Promise<NetworkDescription> {
  const found = readNetwork(home);
  if (found !== undefined) {
    if (found.validators.length !== options.validators) {
      throw new Error(`${home} holds a network of ${found.validators.length} validators, not ${options.validators}: give --validators ${found.validators.length} or another --home`);
    }
    console.log('Going on with the chain that is there.');
    if (options.basePort === undefined && options.blockIntervalMs === undefined) return found;
  }
  mkdirSync(home, {recursive: true});
  const args = ['testnet', '--validators', String(options.validators), '--output', home];
  if (options.basePort !== undefined) args.push('--base-port', String(options.basePort));
  if (options.blockIntervalMs !== undefined && !options.dev) args.push('--block-interval', String(options.blockIntervalMs));
  if (found !== undefined) args.push('--keep');
  await runQanat(args);
  const network = readNetwork(home);
  if (network === undefined) throw new Error(`qanat testnet wrote no network description to ${home}`);
  return network;
}

/** A development chain stands at genesis until there is something to do. */
async function readyOrReason(validator: RunningValidator, isDevelopment: boolean): Promise<void> {
  try {
    if (isDevelopment) await listening(validator);
    else await firstBlock(validator, FIRST_BLOCK_TIMEOUT_MS);
  } catch (error) {
    throw new Error(`${(error as Error).message}. The end of ${validator.logFile}:\n${logTail(validator)}`);
  }
}

process.exitCode = await main();
