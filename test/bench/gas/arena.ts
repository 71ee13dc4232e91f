/** Runs transactions on the production processor, engine and flat tables, and says how long each gas took. */
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {bytesToHex, forkRules, keccak256} from '#node/execution';
import type {Address, Hash, Transaction} from '#node/execution';
import {openLevel} from '#node/storage';
import type {KeyValueStore} from '#consensus/engine';
import {sapGenesisAccounts} from '#precompiles';
import {createEthereumjsFactory} from '../../../node/execution/ethereumjs/engine.ts';
import type {BlockEnvironment, ExecutionEngine} from '../../../node/execution/engine.ts';
import {EMPTY} from '../../../node/execution/hex.ts';
import {intrinsicGas} from '../../../node/execution/intrinsic-gas.ts';
import {processTransaction} from '../../../node/execution/processor.ts';
import {FlatState} from '../../../node/execution/state/flat-state.ts';
import {StateOverlay} from '../../../node/execution/state/overlay.ts';
import {EMPTY_ACCOUNT} from '../../../node/execution/state/types.ts';

export const NS_PER_GAS_MAX = 33;
export const SENDER: Address = `0x${'0c'.repeat(20)}`;
export const CONTRACT: Address = `0x${'0d'.repeat(20)}`;
const CHAIN_ID = 1n;
const RULES = forkRules('osaka');

export interface PlacedAccount {
  readonly address: Address;
  readonly code?: Uint8Array;
  readonly balance?: bigint;
  readonly storage?: Iterable<readonly [slot: Hash, value: Uint8Array]>;
}

/** What a transaction of `gas` calls: the code at CONTRACT, or `call`. */
export interface Shape {
  readonly name: string;
  readonly code: Uint8Array;
  readonly accounts?: readonly PlacedAccount[];
  readonly data?: Uint8Array;
  readonly storage?: Iterable<readonly [slot: Hash, value: Uint8Array]>;
  /** Sent before, in the same state and without being measured. */
  readonly before?: readonly {readonly to: Address; readonly data: Uint8Array}[];
}

export interface Measured {
  readonly name: string;
  readonly gas: bigint;
  readonly ns: number;
  readonly nsPerGas: number;
}

const block: BlockEnvironment = {
  number: 1_000n,
  timestamp: 1_700_000_000n,
  miner: `0x${'0b'.repeat(20)}`,
  gasLimit: 60_000_000n,
  baseFeePerGas: 7n,
  difficulty: 0n,
  prevRandao: `0x${'5a'.repeat(32)}`,
  blobBaseFee: 1n,
  blockHash: (number) => `0x${number.toString(16).padStart(64, '0')}`,
};

/** One engine, as a node has one for its blocks. Close it. */
export class Arena {
  readonly #engine: ExecutionEngine;
  readonly #folder: string;

  private constructor(engine: ExecutionEngine, folder: string) {
    this.#engine = engine;
    this.#folder = folder;
  }

  /** `isReference`: @ethereumjs/evm, which runs what is observed, in place of the interpreter. */
  static async open(isReference = false): Promise<Arena> {
    const yieldTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    const make = await createEthereumjsFactory({chainId: CHAIN_ID, hardfork: 'osaka', precompiles: true, isReference, yieldTurn});
    return new Arena(await make(), await mkdtemp(join(tmpdir(), 'qanat-gas-')));
  }

  async close(): Promise<void> {
    await rm(this.#folder, {recursive: true, force: true});
  }

  /** The quickest of `rounds` runs, each on a state that is read from disk anew; what else a machine does can only add to the time. */
  async measure(shape: Shape, gasLimit: bigint, rounds: number): Promise<Measured> {
    const path = join(this.#folder, keccakName(shape.name));
    const db = await openLevel(path);
    try {
      await place(db, shape);
      let best: Measured | undefined;
      for (let round = 0; round < rounds; round++) {
        const measured = await this.#runOnce(db, shape, gasLimit);
        if (best === undefined || measured.ns < best.ns) best = measured;
      }
      return best!;
    } finally {
      await db.close();
      await rm(path, {recursive: true, force: true});
    }
  }

  async #runOnce(db: KeyValueStore, {name, data = EMPTY, before = []}: Shape, gasLimit: bigint): Promise<Measured> {
    const state = new StateOverlay(new FlatState(db));
    const context = {engine: this.#engine, rules: RULES, chainId: CHAIN_ID, block, state};
    let nonce = 0n;
    for (const {to, data: input} of before) {
      const {status, error} = await processTransaction(transactionTo(to, input, nonce++, 16_000_000n), context);
      if (status !== 'success') throw new Error(`${name}: preparing it failed: ${error ?? status}`);
    }
    const tx = transactionTo(CONTRACT, data, nonce, gasLimit);
    const intrinsic = intrinsicGas({isCreation: false, data, accessList: [], authorizations: 0}, RULES).regular;
    const start = process.cpuUsage();
    const {gasUsedBeforeRefund} = await processTransaction(tx, context);
    const {user, system} = process.cpuUsage(start);
    const gas = gasUsedBeforeRefund - intrinsic;
    const ns = (user + system) * 1_000;
    return {name, gas, ns, nsPerGas: ns / Number(gas)};
  }
}

async function place(db: KeyValueStore, {code, accounts = [], storage}: Shape): Promise<void> {
  const overlay = new StateOverlay(new FlatState(db));
  const put = ({address, code: own = EMPTY, balance = 0n, storage: slots}: PlacedAccount): void => {
    overlay.putAccount(address, {...EMPTY_ACCOUNT, nonce: own.length > 0 ? 1n : 0n, balance, ...(slots !== undefined && {storageRoot: `0x${'11'.repeat(32)}` as Hash})});
    if (own.length > 0) overlay.putCode(address, own);
    for (const [slot, value] of slots ?? []) overlay.putSlot(address, slot, value);
  };
  put({address: SENDER, balance: 10n ** 24n});
  put({address: CONTRACT, code, balance: 10n ** 20n, ...(storage !== undefined && {storage})});
  for (const account of accounts) put(account);
  for (const {address, code: own} of sapGenesisAccounts()) put({address, code: own});
  overlay.endTransaction(false);
  await db.write(FlatState.writeOps(overlay.changes()), {sync: false});
}

function transactionTo(to: Address, data: Uint8Array, nonce: bigint, gasLimit: bigint): Transaction {
  return {
    type: 2,
    hash: `0x${'00'.repeat(32)}`,
    sender: SENDER,
    chainId: CHAIN_ID,
    nonce,
    gasLimit,
    to,
    value: 0n,
    data,
    maxFeePerGas: 10n,
    maxPriorityFeePerGas: 1n,
    accessList: [],
    authorizationList: [],
    maxFeePerBlobGas: 0n,
    blobVersionedHashes: [],
    yParity: 0,
    v: 0n,
    r: 1n,
    s: 1n,
    raw: EMPTY,
  };
}

function keccakName(name: string): string {
  return bytesToHex(keccak256(new TextEncoder().encode(name))).slice(2, 18);
}
