/** Sends signed transactions in one of two ways and takes the time until all are committed and their receipts can be read. */
import type {Hex} from 'viem';
import {Connection, inBatches} from './rpc.ts';
import {receiptOf, type Crew, type Signed} from './senders.ts';
import type {Target} from './targets.ts';

export type Way = 'batch' | 'single';

export const BATCH_SIZE = 100;
export const CONNECTIONS: Readonly<Record<Way, number>> = {batch: 4, single: 32};
/** How often the senders' nonces are asked for: the error that this makes in the time of the last block. */
const POLL_INTERVAL_MS = 50;
/** Questions without a change after which a chain that needs it is nudged. */
const NUDGE_AFTER_POLLS = 4;

export interface Throughput {
  readonly transactions: number;
  readonly seconds: number;
  /** Processor time of the chain's processes. */
  readonly processorSeconds: number;
}

export async function measureLoad(target: Target, crew: Crew, load: readonly Signed[], way: Way, secondsMax: number): Promise<Throughput> {
  const lanes = lanesOf(load, CONNECTIONS[way]);
  const lastOfSender = new Map(load.map(({sender, hash}) => [sender, hash]));
  const processorBefore = target.processorSeconds();
  const start = performance.now();
  let failure: unknown;
  const sending = Promise.all(lanes.map((lane) => (way === 'batch' ? sendBatches : sendSingly)(target.url, lane))).catch((error: unknown) => void (failure = error));
  await untilCommitted(target, crew, () => failure, performance.now() + secondsMax * 1_000);
  for (const hash of lastOfSender.values()) await receiptOf(target.url, hash);
  const seconds = (performance.now() - start) / 1_000;
  const processorSeconds = target.processorSeconds() - processorBefore;
  await sending;
  if (failure !== undefined) throw failure;
  await checkReceipts(target.url, load.map(({hash}) => hash));
  return {transactions: load.length, seconds, processorSeconds};
}

/** A sender keeps to its connection, so that its nonces arrive in order. */
function lanesOf(load: readonly Signed[], connections: number): Hex[][] {
  const lanes = Array.from({length: connections}, (): Hex[] => []);
  for (const {sender, raw} of load) lanes[sender % connections]!.push(raw);
  return lanes;
}

async function sendBatches(url: string, lane: readonly Hex[]): Promise<void> {
  await inBatches(url, lane.map((raw) => ({method: 'eth_sendRawTransaction', params: [raw]})), BATCH_SIZE);
}

async function sendSingly(url: string, lane: readonly Hex[]): Promise<void> {
  const connection = new Connection(url);
  try {
    for (const raw of lane) await connection.one({method: 'eth_sendRawTransaction', params: [raw]});
  } finally {
    connection.close();
  }
}

/** By the senders' nonces in the latest state: one small question whatever the chain makes of its blocks. */
async function untilCommitted({url, nudge}: Target, {senders}: Crew, failure: () => unknown, deadlineMs: number): Promise<void> {
  const connection = new Connection(url);
  let before = '';
  let unchanged = 0;
  try {
    for (;;) {
      const counts = await connection.batch(senders.map(({address}) => ({method: 'eth_getTransactionCount', params: [address, 'latest']})));
      if (senders.every(({nonce}, i) => BigInt(counts[i] as string) >= nonce)) return;
      if (failure() !== undefined) throw failure();
      if (performance.now() > deadlineMs) {
        const missing = senders.reduce((sum, {nonce}, i) => sum + (nonce - BigInt(counts[i] as string)), 0n);
        throw new Error(`${missing} transactions were not committed in time`);
      }
      const now = counts.join();
      unchanged = now === before ? unchanged + 1 : 0;
      before = now;
      if (nudge !== undefined && unchanged >= NUDGE_AFTER_POLLS) await nudge();
      await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS));
    }
  } finally {
    connection.close();
  }
}

/** After the measurement: every single one is there and succeeded. */
async function checkReceipts(url: string, hashes: readonly Hex[]): Promise<void> {
  const receipts = (await inBatches(url, hashes.map((hash) => ({method: 'eth_getTransactionReceipt', params: [hash]})))) as ({status: string} | null)[];
  const bad = receipts.filter((receipt) => receipt?.status !== '0x1').length;
  if (bad > 0) throw new Error(`${bad} of ${hashes.length} transactions have no receipt of success`);
}
