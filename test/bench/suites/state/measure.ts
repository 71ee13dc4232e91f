/** Blocks of transactions that touch accounts and slots of a state at random, through the application of a node. */
import {readFileSync} from 'node:fs';
import {createExecution} from '#node/execution';
import {openLevel} from '#node/storage';
import {sha256} from '#proto';
import {StateDatabase} from '../../../../node/execution/state/state-database.ts';
import {signTransaction} from '../../../../node/execution/transaction-encode.ts';
import {createSenders, type Sender} from '../../load/accounts.ts';
import {median} from '../../options.ts';
import {accountOf, CHAIN_ID, slotOf, STORE_ADDRESS, valueOf} from './content.ts';

const TRANSACTIONS_PER_BLOCK = 400;
const WARM_UP_BLOCKS = 5;
const BLOCKS = 25;
const FEE_PER_GAS = 100_000_000_000n;
const SILENT = {debug: () => {}, info: () => {}, warn: () => {}, error: (fields: object, message: string) => console.error(message, fields), child: () => SILENT};

export interface StateFigures {
  /** Of a block of 400 transactions, executed and committed durably; medians. */
  readonly blockMs: number;
  readonly rootMs: number;
  /** The most that the process had in memory. */
  readonly residentBytes: number;
}

/** `entries`: accounts, and as many slots, that `loadState` made. Half of the transactions pay an account, half store into a slot. */
export async function measureState(path: string, entries: number): Promise<StateFigures> {
  const db = await openLevel(path);
  const rootMs = timedRoots();
  const {app, backend, close} = await createExecution({db, logger: SILENT});
  const senders = createSenders();
  for (const sender of senders) sender.nonce = (await backend.stateAt(backend.head().header.number)).nonce(sender.address.toLowerCase() as `0x${string}`);
  const random = randomNumbers(`state of ${entries}`);
  const blockMs: number[] = [];
  for (let i = 0; i < WARM_UP_BLOCKS + BLOCKS; i++) {
    const {number, timestamp} = backend.head().header;
    const txs = Array.from({length: TRANSACTIONS_PER_BLOCK}, (_, j) => transactionOf(senders[j % senders.length]!, j, random, entries));
    const began = performance.now();
    const {txResults} = await app.finalizeBlock({
      txs,
      decidedLastCommit: undefined as never,
      misbehavior: [],
      evidence: [],
      hash: sha256(Buffer.from(`block ${number}`)),
      height: number + 1n,
      time: {seconds: timestamp + 1n, nanos: 0},
      nextValidatorsHash: new Uint8Array(32),
      proposerAddress: new Uint8Array(20),
    });
    await app.commit();
    blockMs.push(performance.now() - began);
    const failed = txResults.find(({code}) => code !== 0);
    if (failed !== undefined) throw new Error(`a transaction of the bench failed: ${failed.log}`);
  }
  await close();
  await db.close();
  return {blockMs: median(blockMs.slice(WARM_UP_BLOCKS)), rootMs: median(rootMs.slice(WARM_UP_BLOCKS)), residentBytes: peakResidentBytes()};
}

function transactionOf(sender: Sender, index: number, random: () => number, entries: number): Uint8Array {
  const pick = Math.floor(random() * entries);
  const fees = {maxFeePerGas: FEE_PER_GAS, maxPriorityFeePerGas: 1n};
  const base = {type: 2, chainId: BigInt(CHAIN_ID), nonce: sender.nonce++, ...fees} as const;
  return index % 2 === 0
    ? signTransaction({...base, gasLimit: 21_000n, to: accountOf(pick), value: 1n}, sender.key)
    : signTransaction({...base, gasLimit: 60_000n, to: STORE_ADDRESS, data: new Uint8Array(Buffer.concat([Buffer.from(slotOf(pick).slice(2), 'hex'), valueOf(pick + entries)]))}, sender.key);
}

/** Milliseconds of every root that is computed from now on. */
function timedRoots(): number[] {
  const times: number[] = [];
  const {prepare} = StateDatabase.prototype;
  StateDatabase.prototype.prepare = async function (overlay) {
    const began = performance.now();
    const prepared = await prepare.call(this, overlay);
    times.push(performance.now() - began);
    return prepared;
  };
  return times;
}

/** From 0 up to before 1; the same for the same seed. */
function randomNumbers(seed: string): () => number {
  let block = sha256(Buffer.from(seed));
  let at = 0;
  return () => {
    if (at + 4 > block.length) {
      block = sha256(block);
      at = 0;
    }
    const value = new DataView(block.buffer, block.byteOffset).getUint32(at);
    at += 4;
    return value / 2 ** 32;
  };
}

function peakResidentBytes(): number {
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0) * 1024;
}
