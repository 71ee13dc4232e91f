/**
 * One transaction of a GeneralStateTest through the production path: decoder, processor, overlay, engine, state trie. What is expected
 * of it never gets here.
 */
import {bytesToHex, decodeTransaction, DecodeError, encodeRlp, forkRules, hexToBytes, limits, keccak256, signTransaction, TransactionError} from '#node/execution';
import type {AccessListEntry, Address, BlobParameters, ForkRules, Hardfork, Hash, Hex, Log, Transaction} from '#node/execution';
import {memoryStore} from '#node/storage';
import {blobBaseFee} from '../../../node/execution/block/blob-fee.ts';
import {createEthereumjsFactory} from '../../../node/execution/ethereumjs/engine.ts';
import type {BlockEnvironment, ExecutionEngine} from '../../../node/execution/engine.ts';
import {applyGenesis, parseGenesisState} from '../../../node/execution/genesis.ts';
import {processTransaction} from '../../../node/execution/processor.ts';
import {StateDatabase} from '../../../node/execution/state/state-database.ts';
import {StateOverlay} from '../../../node/execution/state/overlay.ts';
import {EMPTY_ACCOUNT, EMPTY_ROOT_HASH} from '../../../node/execution/state/types.ts';

export interface Indexes {
  readonly data: number;
  readonly gas: number;
  readonly value: number;
}

export interface StateTestInput {
  readonly env: Readonly<Record<string, Hex>>;
  readonly pre: Readonly<Record<string, {balance: Hex; nonce: Hex; code: Hex; storage: Record<string, string>}>>;
  readonly transaction: Readonly<Record<string, unknown>>;
  readonly config?: {readonly chainid?: Hex; readonly blobSchedule?: Readonly<Record<string, {target: Hex; max: Hex; baseFeeUpdateFraction: Hex}>>};
}

export interface StateAnswer {
  readonly stateRoot: Hash;
  /** keccak256 of the logs' RLP. */
  readonly logsHash: Hash;
  /** Why the transaction cannot stand in a block; the state is then the one before it. */
  readonly refusal: string | undefined;
}

const engines = new Map<string, Promise<ExecutionEngine>>();

function engineOf(hardfork: Hardfork, chainId: bigint): Promise<ExecutionEngine> {
  const key = `${hardfork} ${chainId}`;
  let engine = engines.get(key);
  if (engine === undefined) {
    engine = createEthereumjsFactory({chainId, hardfork, precompiles: false, yieldTurn: async () => {}}).then((make) => make());
    engines.set(key, engine);
  }
  return engine;
}

/** `raw`: the signed transaction; without it, it is made of the test's fields and signed with its key. */
export async function answerOf(test: StateTestInput, hardfork: Hardfork, fork: string, indexes: Indexes, raw: Uint8Array | undefined): Promise<StateAnswer> {
  const chainId = BigInt(test.config?.chainid ?? '0x1');
  const rules = forkRules(hardfork, blobsOf(test, fork));
  const engine = await engineOf(hardfork, chainId);
  const database = await databaseOf(test);
  const state = new StateOverlay(database.newest);
  const block = blockOf(test.env, rules);
  let logs: readonly Log[] = [];
  let refusal: string | undefined;
  try {
    const tx = decodeTransaction(raw ?? signedTransaction(test.transaction, indexes, chainId), {chainId, rules, bytesMax: limits.FOREIGN_TRANSACTION_BYTES_MAX});
    if (tx.gasLimit > block.gasLimit) throw new TransactionError('block-gas-exceeded', 'gas limit reached');
    ({logs} = await processTransaction(tx, {engine, rules, chainId, state, block}));
  } catch (error) {
    if (!(error instanceof TransactionError || error instanceof DecodeError)) throw error;
    refusal = error.message;
  }
  // These blocks pay their miner nothing, but they do pay: an account is touched by it, and made before Spurious Dragon.
  state.putAccount(block.miner, state.account(block.miner) ?? EMPTY_ACCOUNT);
  state.endTransaction(rules.isSpuriousDragon);
  const {stateRoot} = await database.prepare(state);
  return {stateRoot, logsHash: hashOfLogs(logs), refusal};
}

async function databaseOf({pre}: StateTestInput): Promise<StateDatabase> {
  const mark = {number: 0n, stateRoot: EMPTY_ROOT_HASH};
  const database = new StateDatabase({db: memoryStore(), head: mark, trieMark: mark, historyBlocks: undefined});
  const alloc = Object.fromEntries(
    Object.entries(pre).map(([address, account]) => [
      address,
      {balance: BigInt(account.balance).toString(), nonce: BigInt(account.nonce).toString(), code: account.code, storage: account.storage},
    ]),
  );
  const genesis = new StateOverlay(database.newest);
  applyGenesis(genesis, parseGenesisState({evm: {chainId: 1, gasLimit: '1', baseFee: '1', alloc}}).accounts);
  database.adopt(0n, await database.prepare(genesis));
  database.settle();
  return database;
}

function blockOf(env: StateTestInput['env'], rules: ForkRules): BlockEnvironment {
  return {
    number: BigInt(env['currentNumber']!),
    timestamp: BigInt(env['currentTimestamp']!),
    miner: env['currentCoinbase']!.toLowerCase() as Address,
    gasLimit: BigInt(env['currentGasLimit']!),
    baseFeePerGas: rules.isLondon ? BigInt(env['currentBaseFee'] ?? '0xa') : 0n,
    difficulty: rules.isMerge ? 0n : BigInt(env['currentDifficulty'] ?? '0x20000'),
    prevRandao: `0x${(env['currentRandom'] ?? '0x0').slice(2).padStart(64, '0')}`,
    blobBaseFee: rules.blobs === undefined ? 0n : blobBaseFee(BigInt(env['currentExcessBlobGas'] ?? '0x0'), rules.blobs),
    // What ethereum/tests define for the blocks that the one block of a test has before it.
    blockHash: (number) => bytesToHex(keccak256(new TextEncoder().encode(number.toString()))),
  };
}

function blobsOf({config}: StateTestInput, fork: string): BlobParameters | undefined {
  const blobs = config?.blobSchedule?.[fork];
  return blobs && {target: BigInt(blobs.target), max: BigInt(blobs.max), updateFraction: BigInt(blobs.baseFeeUpdateFraction)};
}

function hashOfLogs(logs: readonly Log[]): Hash {
  return bytesToHex(keccak256(encodeRlp(logs.map(({address, topics, data}) => [hexToBytes(address), topics.map(hexToBytes), data]))));
}

function signedTransaction(fields: Readonly<Record<string, unknown>>, indexes: Indexes, chainId: bigint): Uint8Array {
  const list = (name: string): readonly string[] => fields[name] as readonly string[];
  const accessList = (fields['accessLists'] as readonly (readonly AccessListEntry[] | null)[] | undefined)?.[indexes.data] ?? undefined;
  const blobVersionedHashes = fields['blobVersionedHashes'] as readonly Hash[] | undefined;
  const authorizations = fields['authorizationList'] as readonly Readonly<Record<string, Hex>>[] | undefined;
  const type: Transaction['type'] =
    authorizations !== undefined ? 4 : blobVersionedHashes !== undefined ? 3 : fields['maxFeePerGas'] !== undefined ? 2 : accessList !== undefined ? 1 : 0;
  const integer = (name: string): bigint => BigInt((fields[name] ?? '0x0') as string);
  return signTransaction(
    {
      type,
      // Tests of Frontier have none; the others' signatures are for every chain as well.
      chainId: type === 0 ? undefined : chainId,
      nonce: integer('nonce'),
      gasLimit: BigInt(list('gasLimit')[indexes.gas]!),
      to: fields['to'] === '' ? undefined : ((fields['to'] as string).toLowerCase() as Address),
      value: BigInt(list('value')[indexes.value]!),
      data: hexToBytes(list('data')[indexes.data]!),
      maxFeePerGas: type >= 2 ? integer('maxFeePerGas') : integer('gasPrice'),
      maxPriorityFeePerGas: integer('maxPriorityFeePerGas'),
      accessList: (accessList ?? []).map(({address, storageKeys}) => ({address: address.toLowerCase() as Address, storageKeys})),
      maxFeePerBlobGas: integer('maxFeePerBlobGas'),
      blobVersionedHashes: blobVersionedHashes ?? [],
      authorizationList: (authorizations ?? []).map((authorization) => ({
        chainId: BigInt(authorization['chainId']!),
        address: authorization['address']!.toLowerCase() as Address,
        nonce: BigInt(authorization['nonce']!),
        yParity: Number(authorization['yParity'] ?? authorization['v']),
        r: BigInt(authorization['r']!),
        s: BigInt(authorization['s']!),
      })),
    },
    hexToBytes(fields['secretKey'] as string),
  );
}
