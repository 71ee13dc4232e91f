/**
 * Committed transfers per second of a devnet of real validator processes: transfers are signed beforehand, then sent
 * to validator 0 over JSON-RPC in batches of 100 on 4 connections, and counted in the blocks that it serves.
 */
import {Agent} from 'node:http';
import {parseArgs} from 'node:util';
import {startDevnet} from '../../support/devnet.ts';
import type {TestDevnet} from '../../support/devnet.ts';
import {printMachine, printTable} from '../measure.ts';
import {ask, post, signTransfers} from '../transfers.ts';

const BATCH_SIZE = 100;
const CONNECTIONS = 4;
/** How often the head is asked for: the error that this makes in the time of the last block. */
const POLL_INTERVAL_MS = 100;
const TRANSACTIONS_MAX = 60_000;
const SECONDS_MAX = 600;

const USAGE = `Usage: npm run bench -- tps [options]

  --transactions N   transfers to send to each network, 100 to ${TRANSACTIONS_MAX} (default 20000)
  --validators LIST  networks to measure (default 1,4)
  --seconds S        how long a network may take to commit them, 1 to ${SECONDS_MAX} (default 120)
`;

interface Options {
  readonly transactions: number;
  readonly validators: readonly number[];
  readonly secondsMax: number;
}

interface Outcome {
  readonly validators: number;
  readonly sent: number;
  readonly refused: number;
  readonly committed: number;
  readonly blocks: number;
  readonly sendSeconds: number;
  readonly commitSeconds: number;
}

export async function run(args: readonly string[]): Promise<void> {
  const options = parseOptions(args);
  printMachine();
  const rows: string[][] = [];
  for (const validators of options.validators) {
    const outcome = await measure(validators, options);
    rows.push([
      String(outcome.validators),
      (outcome.committed / outcome.commitSeconds).toFixed(0),
      outcome.committed.toLocaleString('en'),
      outcome.refused.toLocaleString('en'),
      String(outcome.blocks),
      `${outcome.sendSeconds.toFixed(1)} s`,
      `${outcome.commitSeconds.toFixed(1)} s`,
    ]);
    if (outcome.committed < outcome.sent - outcome.refused) process.exitCode = 1;
  }
  printTable(['validators', 'committed tx/s', 'committed', 'refused', 'blocks', 'sent in', 'committed in'], rows);
  console.log(`Transfers in batches of ${BATCH_SIZE} on ${CONNECTIONS} connections; the sender runs on the same machine.\n`);
}

function parseOptions(args: readonly string[]): Options {
  const {values} = parseArgs({
    args: [...args],
    options: {transactions: {type: 'string'}, validators: {type: 'string'}, seconds: {type: 'string'}},
    strict: true,
  });
  return {
    transactions: whole('--transactions', values.transactions ?? '20000', 100, TRANSACTIONS_MAX),
    validators: (values.validators ?? '1,4').split(',').map((text) => whole('--validators', text, 1, 32)),
    secondsMax: whole('--seconds', values.seconds ?? '120', 1, SECONDS_MAX),
  };
}

function whole(flag: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max) {
    throw new Error(`${flag} is "${text}", expected a whole number from ${min} to ${max}\n\n${USAGE}`);
  }
  return value;
}

async function measure(validators: number, options: Options): Promise<Outcome> {
  console.log(`Starting ${validators} validator${validators === 1 ? '' : 's'} …`);
  const devnet = await startDevnet({validators, args: ['--log-level', 'warn']});
  const stop = (): void => void devnet.dispose().finally(() => process.exit(130));
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  try {
    return await load(devnet, validators, options);
  } finally {
    process.removeListener('SIGINT', stop);
    process.removeListener('SIGTERM', stop);
    await devnet.dispose();
  }
}

async function load(devnet: TestDevnet, validators: number, {transactions, secondsMax}: Options): Promise<Outcome> {
  const url = devnet.rpcUrl();
  console.log(`Signing ${transactions.toLocaleString('en')} transfers …`);
  const lanes = await signedLanes(devnet, url, transactions);
  const firstBlock = BigInt(await ask<string>(url, 'eth_blockNumber')) + 1n;

  console.log('Sending …');
  const start = performance.now();
  const seconds = (): number => (performance.now() - start) / 1_000;
  let refused = 0;
  let sendSeconds = 0;
  const sending = Promise.all(lanes.map((lane) => sendLane(url, lane))).then((refusals) => {
    refused = refusals.reduce((sum, count) => sum + count, 0);
    sendSeconds = seconds();
  });
  let isSent = false;
  let failure: unknown;
  void sending.then(
    () => (isSent = true),
    (error: unknown) => (failure = error),
  );

  let committed = 0;
  let blocks = 0;
  let commitSeconds = 0;
  let next = firstBlock;
  while (seconds() < secondsMax && !(isSent && committed >= transactions - refused)) {
    if (failure !== undefined) throw failure;
    const head = BigInt(await ask<string>(url, 'eth_blockNumber'));
    for (; next <= head; next++) {
      const {transactions: hashes} = await ask<{transactions: string[]}>(url, 'eth_getBlockByNumber', [`0x${next.toString(16)}`, false]);
      if (hashes.length === 0) continue;
      committed += hashes.length;
      blocks++;
      commitSeconds = seconds();
      const receipt = await ask<{status: string}>(url, 'eth_getTransactionReceipt', [hashes.at(-1)]);
      if (receipt.status !== '0x1') throw new Error(`a transfer in block ${next} failed`);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS));
  }
  if (!isSent) throw new Error(`the transfers were not even sent within ${secondsMax} s`);
  console.log(`${committed.toLocaleString('en')} committed in ${blocks} blocks.\n`);
  return {validators, sent: transactions, refused, committed, blocks, sendSeconds, commitSeconds};
}

/** One list of raw transactions per connection. An account keeps to its connection, so that its nonces arrive in order. */
async function signedLanes(devnet: TestDevnet, url: string, count: number): Promise<string[][]> {
  const lanes = Array.from({length: CONNECTIONS}, (): string[] => []);
  for (const {sender, raw} of await signTransfers(devnet.network, url, count)) lanes[sender % CONNECTIONS]!.push(raw);
  return lanes;
}

/** Sends a lane batch after batch on one connection; answers how many transactions were refused. */
async function sendLane(url: string, lane: readonly string[]): Promise<number> {
  const agent = new Agent({keepAlive: true, maxSockets: 1});
  let refused = 0;
  try {
    for (let at = 0; at < lane.length; at += BATCH_SIZE) {
      const batch = lane.slice(at, at + BATCH_SIZE).map((raw, i) => ({
        jsonrpc: '2.0',
        id: at + i,
        method: 'eth_sendRawTransaction',
        params: [raw],
      }));
      const answers = await post(url, agent, JSON.stringify(batch));
      if (!Array.isArray(answers)) throw new Error(`a batch was answered with ${JSON.stringify(answers).slice(0, 200)}`);
      const errors = (answers as {error?: {message: string}}[]).filter(({error}) => error !== undefined);
      if (errors.length > 0 && refused === 0) console.log(`First refusal: ${errors[0]!.error!.message}`);
      refused += errors.length;
    }
  } finally {
    agent.destroy();
  }
  return refused;
}
