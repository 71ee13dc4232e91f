/** How long a process takes to its first answer on a home with a long chain: nothing that a start does may grow with the height. */
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {parseArgs} from 'node:util';
import {startNode, untilHeight} from '../../support/devnet.ts';
import {freeBasePort} from '../../support/ports.ts';
import {makeLongChain} from '../load/long-chain.ts';
import {printMachine, printTable} from '../measure.ts';
import {median, whole} from '../options.ts';

const BLOCKS_MAX = 10_000_000;
const PROGRESS_BLOCKS = 10_000n;
const START_TIMEOUT_MS = 120_000;
/** The goal of the project, for 100,000 blocks. */
const GOAL_SECONDS = 5;

const USAGE = `Usage: npm run bench -- start [options]

  --blocks N          of the chain, 10 to ${BLOCKS_MAX} (default 100000)
  --transfer-every N  one block in so many has a transfer of tokens (default 10)
  --starts N          measured starts after a stop, and as many after kill -9 (default 3)
`;

type End = 'SIGINT' | 'SIGKILL';

export async function run(args: readonly string[]): Promise<void> {
  const {values} = parseArgs({
    args: [...args],
    options: {
      'blocks': {type: 'string', default: '100000'},
      'transfer-every': {type: 'string', default: '10'},
      'starts': {type: 'string', default: '3'},
      'help': {type: 'boolean', short: 'h', default: false},
    },
  });
  if (values.help) return console.log(USAGE);
  const blocks = whole('--blocks', values.blocks, 10, BLOCKS_MAX);
  const transferEvery = whole('--transfer-every', values['transfer-every'], 1, BLOCKS_MAX);
  const starts = whole('--starts', values.starts, 1, 20);
  printMachine();
  const output = mkdtempSync(join(tmpdir(), 'qanat-bench-start-'));
  try {
    const basePort = await freeBasePort(10);
    const beganMs = performance.now();
    const progress = (height: bigint): void => {
      if (height % PROGRESS_BLOCKS === 0n) console.log(`${height.toLocaleString('en')} blocks after ${((performance.now() - beganMs) / 1_000).toFixed(0)} s`);
    };
    const {home} = await makeLongChain({output, basePort, blocks, transferEvery, progress});
    const url = `http://127.0.0.1:${ethPortOf(home)}`;
    const rows: string[][] = [];
    for (const end of ['SIGINT', 'SIGKILL'] as const) {
      const seconds: number[] = [];
      // The first start is of a home that no process has had open.
      if (end === 'SIGKILL') await timedStart(home, url, BigInt(blocks), end);
      for (let i = 0; i < starts; i++) seconds.push(await timedStart(home, url, BigInt(blocks), end));
      rows.push([end === 'SIGINT' ? 'after a stop' : 'after kill -9', median(seconds).toFixed(2), Math.max(...seconds).toFixed(2), String(GOAL_SECONDS)]);
    }
    printTable([`start with ${blocks.toLocaleString('en')} blocks`, 'median, s', 'longest, s', 'goal, s'], rows);
  } finally {
    rmSync(output, {recursive: true, force: true});
  }
}

/** Seconds from the start of the process to its answer to eth_blockNumber. */
async function timedStart(home: string, url: string, height: bigint, end: End): Promise<number> {
  const beganMs = performance.now();
  const node = startNode(home, ['--log.level', 'warn']);
  try {
    await untilHeight(url, height, START_TIMEOUT_MS);
    return (performance.now() - beganMs) / 1_000;
  } catch (error) {
    throw new Error(`the node did not answer:\n${node.output()}`, {cause: error});
  } finally {
    node.process.kill(end);
    await node.exited;
  }
}

function ethPortOf(home: string): number {
  const port = /^\[eth\][^[]*?^port = (\d+)$/ms.exec(readFileSync(join(home, 'config', 'config.toml'), 'utf8'))?.[1];
  if (port === undefined) throw new Error('the configuration names no port of the Ethereum RPC');
  return Number(port);
}
