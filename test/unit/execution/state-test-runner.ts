/** Runs cases in the format of ethereum/tests GeneralStateTests through the production path: decoder, processor, overlay, state trie. */
import {DecodeError, decodeTransaction, encodeRlp, forkRules, hexToBytes, keccak256, bytesToHex, TransactionError, signTransaction} from '#node/execution';
import type {AccessListEntry, Address, Hardfork, Hash, Hex, Transaction} from '#node/execution';
import {memoryStore} from '#node/storage';
import {createEthereumjsFactory} from '../../../node/execution/ethereumjs/engine.ts';
import type {ExecutionEngine} from '../../../node/execution/engine.ts';
import {applyGenesis, parseGenesisState} from '../../../node/execution/genesis.ts';
import {processTransaction} from '../../../node/execution/processor.ts';
import {StateDatabase} from '../../../node/execution/state/state-database.ts';
import {StateOverlay} from '../../../node/execution/state/overlay.ts';
import {EMPTY_ROOT_HASH} from '../../../node/execution/state/types.ts';

interface Indexed {readonly data: number; readonly gas: number; readonly value: number}
interface PostState {readonly hash: Hash; readonly logs: Hash; readonly indexes: Indexed; readonly expectException?: string; readonly txbytes?: Hex}
export interface StateTest {
  readonly env: Record<string, Hex>;
  readonly pre: Record<string, {balance: Hex; nonce: Hex; code: Hex; storage: Record<string, string>}>;
  readonly transaction: Record<string, unknown>;
  readonly post: Record<string, readonly PostState[]>;
}

const HARDFORKS: Readonly<Record<string, Hardfork>> = {Cancun: 'cancun', Prague: 'prague', Osaka: 'osaka'};
const engines = new Map<Hardfork, Promise<ExecutionEngine>>();

function engineOf(hardfork: Hardfork): Promise<ExecutionEngine> {
  let engine = engines.get(hardfork);
  if (engine === undefined) {
    engine = createEthereumjsFactory({chainId: 1n, hardfork, precompiles: false, yieldTurn: async () => {}}).then((make) => make());
    engines.set(hardfork, engine);
  }
  return engine;
}

export interface CaseResult {readonly name: string; readonly outcome: 'passed' | 'skipped' | 'failed'; readonly detail: string}

/** All cases of the forks that the chain knows. */
export async function runStateTest(name: string, test: StateTest): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  for (const [fork, posts] of Object.entries(test.post)) {
    const hardfork = HARDFORKS[fork];
    if (hardfork === undefined) continue;
    for (const [index, post] of posts.entries()) results.push(await runCase(`${name} ${fork}[${index}]`, test, post, hardfork));
  }
  return results;
}

async function runCase(name: string, test: StateTest, post: PostState, hardfork: Hardfork): Promise<CaseResult> {
  const mark = {number: 0n, stateRoot: EMPTY_ROOT_HASH};
  const database = new StateDatabase({db: memoryStore(), head: mark, trieMark: mark, historyBlocks: undefined});
  const alloc = Object.fromEntries(
    Object.entries(test.pre).map(([address, account]) => [
      address,
      {balance: BigInt(account.balance).toString(), nonce: BigInt(account.nonce).toString(), code: account.code, storage: account.storage},
    ]),
  );
  const genesis = new StateOverlay(database.newest);
  applyGenesis(genesis, parseGenesisState({evm: {chainId: 1, gasLimit: '1', baseFee: '1', alloc}}).accounts);
  database.adopt(0n, await database.prepare(genesis));
  database.settle();

  const state = new StateOverlay(database.newest);
  const engine = await engineOf(hardfork);
  const {env} = test;
  let logs: readonly {address: Address; topics: readonly Hash[]; data: Uint8Array}[] = [];
  try {
    const raw = post.txbytes === undefined ? undefined : hexToBytes(post.txbytes);
    if (raw?.[0] === 3 || test.transaction['maxFeePerBlobGas'] !== undefined) return {name, outcome: 'skipped', detail: 'blob transaction'};
    const tx = raw === undefined ? buildTransaction(test.transaction, post.indexes) : decodeTransaction(raw, {chainId: 1n});
    if (tx.gasLimit > BigInt(env['currentGasLimit']!)) throw new TransactionError('block-gas-exceeded', 'gas limit reached');
    const outcome = await processTransaction(tx, {
      engine,
      rules: forkRules(hardfork),
      chainId: 1n,
      state,
      block: {
        number: BigInt(env['currentNumber']!),
        timestamp: BigInt(env['currentTimestamp']!),
        miner: env['currentCoinbase']!.toLowerCase() as Address,
        gasLimit: BigInt(env['currentGasLimit']!),
        baseFeePerGas: BigInt(env['currentBaseFee'] ?? '0xa'),
        prevRandao: `0x${(env['currentRandom'] ?? '0x0').slice(2).padStart(64, '0')}`,
        difficulty: 0n,
        blobBaseFee: 1n,
        blockHash: (number) => bytesToHex(keccak256(new TextEncoder().encode(number.toString()))),
      },
    });
    logs = outcome.logs;
    if (post.expectException !== undefined) return {name, outcome: 'failed', detail: `accepted, expected ${post.expectException}`};
  } catch (error) {
    if (!(error instanceof TransactionError || error instanceof DecodeError)) throw error;
    if (post.expectException === undefined) return {name, outcome: 'failed', detail: `refused: ${error.message}`};
  }
  const {stateRoot} = await database.prepare(state);
  if (stateRoot !== post.hash) return {name, outcome: 'failed', detail: `state root ${stateRoot}, expected ${post.hash}`};
  const logsHash = bytesToHex(keccak256(encodeRlp(logs.map(({address, topics, data}) => [hexToBytes(address), topics.map(hexToBytes), data]))));
  if (logsHash !== post.logs) return {name, outcome: 'failed', detail: 'logs differ'};
  return {name, outcome: 'passed', detail: ''};
}

function buildTransaction(fields: Record<string, unknown>, indexes: Indexed): Transaction {
  const list = (name: string): readonly string[] => fields[name] as readonly string[];
  const accessLists = fields['accessLists'] as readonly (readonly AccessListEntry[] | null)[] | undefined;
  const accessList = accessLists?.[indexes.data] ?? undefined;
  const isDynamic = fields['maxFeePerGas'] !== undefined;
  const maxFeePerGas = BigInt((fields['maxFeePerGas'] ?? fields['gasPrice']) as string);
  const raw = signTransaction(
    {
      type: isDynamic ? 2 : accessList !== undefined ? 1 : 0,
      chainId: 1n,
      nonce: BigInt(fields['nonce'] as string),
      gasLimit: BigInt(list('gasLimit')[indexes.gas]!),
      to: fields['to'] === '' ? undefined : ((fields['to'] as string).toLowerCase() as Address),
      value: BigInt(list('value')[indexes.value]!),
      data: hexToBytes(list('data')[indexes.data]!),
      maxFeePerGas,
      maxPriorityFeePerGas: BigInt((fields['maxPriorityFeePerGas'] ?? fields['maxFeePerGas'] ?? '0x0') as string),
      accessList: accessList ?? [],
    },
    hexToBytes(fields['secretKey'] as string),
  );
  return decodeTransaction(raw, {chainId: 1n});
}
