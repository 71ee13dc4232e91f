import {resolve} from 'node:path';
import type {Command} from 'commander';
import {homePaths, loadConfig, OPTIONS} from '#node/config';
import {DevNode, Node} from '#node/app';
import {createLogger, type Logger} from '#node/telemetry';
import {developmentAccounts} from './genesis.ts';

/** `qanat start`: runs the node of a home folder until it is told to stop. */
export function addStartCommand(program: Command, finish: (code: number) => void): void {
  const command = program
    .command('start')
    .description('run the node of a home folder')
    .requiredOption('--home <dir>', 'folder with config/ and data/')
    .option('--dev', 'short for --dev.enabled true');
  for (const [name, option] of Object.entries(OPTIONS)) command.option(`--${name} <value>`, option.help);
  command.action(async ({dev, ...options}: {readonly dev?: true}) => {
    const {home, ...flags} = options as Record<string, string>;
    finish(await start(resolve(home ?? ''), dev === true ? {...flags, 'dev.enabled': 'true'} : flags));
  });
}

/** A stop that takes longer is cut short: all that matters is durable before, and the next start makes the rest good. */
const STOP_MS_MAX = 20_000;
/** As shells have it: ended by a signal. */
const EXIT_SIGNAL = 130;

async function start(home: string, flags: Record<string, string>): Promise<number> {
  const config = loadConfig({file: homePaths(home).config, environment: process.env, flags});
  const logger = createLogger({level: config['log.level'] as 'info', format: config['log.format'] as 'pretty'});
  const stop = new AbortController();
  const onSignal = (signal: string): void => {
    if (stop.signal.aborted) {
      // The end of the parent comes beside its signal. A person who asks twice means it.
      if (signal === 'parent gone') return;
      logger.warn({signal}, 'stopped at once');
      process.exit(EXIT_SIGNAL);
    }
    logger.info({signal}, 'stopping');
    stop.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  // Started by another process with an ipc channel (the devnet): its end is this node's end.
  process.on('disconnect', () => onSignal('parent gone'));
  process.channel?.unref();

  const node = config['dev.enabled'] ? new DevNode({home, config}, {logger, accounts: developmentAccounts}) : new Node({home, config}, {logger});
  try {
    await node.start();
    process.send?.('started');
    await Promise.race([node.halted, aborted(stop.signal)]);
  } catch (error) {
    logger.error({reason: (error as Error).message}, 'cannot start');
    if (config['log.level'] === 'debug') logger.error({error}, 'cannot start');
    await stopInTime(node, logger);
    return 1;
  }
  await stopInTime(node, logger);
  return stop.signal.aborted ? 0 : 1;
}

async function stopInTime(node: Node | DevNode, logger: Logger): Promise<void> {
  const late = setTimeout(() => {
    logger.error({afterMs: STOP_MS_MAX}, 'a part of the node does not stop; ending without it');
    process.exit(1);
  }, STOP_MS_MAX);
  await node.stop();
  clearTimeout(late);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) done();
    else signal.addEventListener('abort', () => done(), {once: true});
  });
}
