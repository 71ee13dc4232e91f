import {createExecution, hexToBytes, keccak256, signTransaction, systemPredeploys} from '#node/execution';
import type {Address, ChainOptions, Execution, Hex, SnapshotSettings, UnsignedTransaction} from '#node/execution';
import {memoryStore} from '#node/storage';
import type {KeyValueStore, Logger} from '#consensus/engine';
import {DEFAULT_CONSENSUS_PARAMS} from '#proto';
import type {ExecTxResult} from '#proto';
import {privateKeyToAddress} from 'viem/accounts';

export const CHAIN_ID = 72590n;
export const GWEI = 1_000_000_000n;
export const ETHER = 10n ** 18n;

export const silent: Logger = {debug: () => {}, info: () => {}, warn: () => {}, error: () => {}};

export interface Signer {
  readonly key: Uint8Array;
  readonly address: Address;
}

/** A deterministic key pair. */
export function signerOf(seed: number): Signer {
  const key = keccak256(new TextEncoder().encode(`test signer ${seed}`));
  return {key, address: privateKeyToAddress(`0x${Buffer.from(key).toString('hex')}`).toLowerCase() as Address};
}

export interface GenesisAlloc {
  readonly [address: string]: {balance: string; nonce?: string; code?: Hex; storage?: Record<string, string>};
}

export interface TestChain extends Execution {
  readonly db: KeyValueStore;
  /** Proposes, checks, finalises and commits one block; returns the results of its transactions. */
  produce(txs: readonly Uint8Array[], options?: {time?: bigint; skipProposal?: boolean}): Promise<readonly ExecTxResult[]>;
}

export function cometHashOf(height: bigint): Uint8Array {
  return keccak256(new TextEncoder().encode(`comet block ${height}`));
}

export const GENESIS_TIME = 1_700_000_000n;
export const PROPOSER = new Uint8Array(20).fill(0xaa);

export function appStateOf(alloc: GenesisAlloc, overrides: object = {}): unknown {
  const system = Object.fromEntries(
    systemPredeploys().map(({address, nonce, code}) => [address, {balance: '0', nonce: nonce.toString(), code: `0x${Buffer.from(code).toString('hex')}`}]),
  );
  return {evm: {chainId: Number(CHAIN_ID), gasLimit: '60000000', baseFee: '1000000000', feeRecipients: {}, alloc: {...system, ...alloc}, ...overrides}};
}

export async function initialise(execution: Execution, appState: unknown): Promise<Uint8Array> {
  const {appHash} = await execution.app.initChain({
    time: {seconds: GENESIS_TIME, nanos: 0},
    chainId: 'qanat-test-1',
    consensusParams: DEFAULT_CONSENSUS_PARAMS,
    validators: [],
    appState,
    initialHeight: 1n,
  });
  return appHash;
}

export async function openChain(db: KeyValueStore, options: {chainOptions?: ChainOptions; historyBlocks?: bigint; archive?: boolean; snapshots?: SnapshotSettings; now?: () => number} = {}): Promise<TestChain> {
  const execution = await createExecution({db, logger: silent, ...options});
  const produce: TestChain['produce'] = async (txs, {time, skipProposal} = {}) => {
    const {lastBlockHeight} = await execution.app.info();
    const height = lastBlockHeight + 1n;
    const request = {
      txs,
      hash: cometHashOf(height),
      height,
      time: {seconds: time ?? GENESIS_TIME + height, nanos: 0},
      proposerAddress: PROPOSER,
    };
    if (skipProposal !== true && !(await execution.app.processProposal(request))) throw new Error('the proposal was refused');
    const {txResults} = await execution.app.finalizeBlock({
      ...request,
      decidedLastCommit: {height: lastBlockHeight, round: 0, blockId: {hash: new Uint8Array(0), partSetHeader: {total: 0, hash: new Uint8Array(0)}}, signatures: []},
      misbehavior: [],
      evidence: [],
      nextValidatorsHash: new Uint8Array(32),
    });
    await execution.app.commit();
    return txResults;
  };
  return {...execution, db, produce};
}

export async function newChain(alloc: GenesisAlloc, options: Parameters<typeof openChain>[1] & {overrides?: object; db?: KeyValueStore} = {}): Promise<TestChain> {
  const {overrides, db, ...rest} = options;
  const chain = await openChain(db ?? memoryStore(), rest);
  await initialise(chain, appStateOf(alloc, overrides));
  return chain;
}

export function transferOf(from: Signer, nonce: bigint, to: Address, value: bigint, overrides: Partial<UnsignedTransaction> = {}): Uint8Array {
  return signTransaction(
    {type: 2, chainId: CHAIN_ID, nonce, gasLimit: 21_000n, to, value, maxFeePerGas: 10n * GWEI, maxPriorityFeePerGas: GWEI, ...overrides},
    from.key,
  );
}

export function bytes(hex: string): Uint8Array {
  return hexToBytes(hex.startsWith('0x') ? hex : `0x${hex}`);
}

/** Init code that deploys `runtime` (at most 255 bytes). */
export function deployerOf(runtime: string): Uint8Array {
  const length = (runtime.length / 2).toString(16).padStart(2, '0');
  return bytes(`60${length}600c60003960${length}6000f3${runtime}`);
}
