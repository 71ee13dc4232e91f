/**
 * A home folder with a long chain in minutes: its one validator proposes, signs and applies block after block in this process, through
 * the executor, the stores and the application of a node. Only the waiting is left out: the rounds of consensus, and a sync of the disk
 * for each block, in whose place blocks become durable in groups, as they do when a node syncs blocks.
 */
import {existsSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {Hex} from 'viem';
import {homePaths} from '#node/config';
import {createExecution} from '#node/execution';
import {readValidatorKey} from '#node/keys';
import {Indexer} from '#node/rpc/comet';
import {claimDatabase, GroupedStore, openLevel, StoreGroup} from '#node/storage';
import {BlockStore, StateStore, type ConsensusState, type KeyValueStore, type ValidatorKey} from '#consensus/engine';
import {BlockIDFlag, parseGenesis, serialiseGenesis, timestampFromNanos, timestampToNanos, VoteType, voteSignBytes, type BlockID, type Commit, type Header} from '#proto';
import {BlockExecutor} from '../../../consensus/engine/execution/blockExecutor.ts';
import {handshake} from '../../../consensus/engine/execution/handshake.ts';
import {BLOCK_STORE_VERSION, TX_INDEX_VERSION} from '../../../node/app/layout.ts';
import {developmentGenesis} from '../../../node/cli/genesis.ts';
import {writeTestnet} from '../../../node/cli/testnet.ts';
import {generatedAddress} from '../../../node/execution/created-address.ts';
import {createSenders, genesisAccount} from './accounts.ts';
import {signLoad, signPreparation, type Crew} from './senders.ts';

const BLOCK_INTERVAL_NS = 1_000_000_000n;
/** Blocks that become durable together. */
const GROUP_BLOCKS = 250;
const FUNDED_ACCOUNTS = 10;
const SILENT = {debug: () => {}, info: () => {}, warn: () => {}, error: (fields: object, message: string) => console.error(message, fields), child: () => SILENT};

export interface LongChainOptions {
  /** Where the folder `validator0` goes. */
  readonly output: string;
  readonly basePort: number;
  readonly blocks: number;
  /** One block in so many has a transfer of tokens; the others are empty. */
  readonly transferEvery: number;
  readonly progress?: (height: bigint) => void;
}

export interface LongChain {
  readonly home: string;
  readonly crew: Crew;
  /** Hashes of the transfers, oldest first. */
  readonly transfers: readonly Hex[];
}

export async function makeLongChain({output, basePort, blocks, transferEvery, progress}: LongChainOptions): Promise<LongChain> {
  await writeTestnet({validators: 1, output, basePort});
  const paths = homePaths(join(output, 'validator0'));
  if (existsSync(paths.blockStore)) throw new Error(`${paths.root} already holds a chain`);
  const key = (await readValidatorKey(paths.validatorKey, () => Promise.reject(new Error('the key is not encrypted'))))!.key;
  // It began so long ago that its last block is of now.
  const genesisTime = timestampFromNanos(BigInt(Date.now()) * 1_000_000n - BigInt(blocks) * BLOCK_INTERVAL_NS);
  const genesisText = serialiseGenesis(developmentGenesis([{publicKey: {type: 'ed25519', bytes: key.publicKey}, name: 'validator0'}], genesisTime));
  writeFileSync(paths.genesis, genesisText);
  const genesis = parseGenesis(genesisText);

  const group = new StoreGroup();
  const databases: KeyValueStore[] = [];
  const open = async (path: string): Promise<KeyValueStore> => {
    const db = group.add(new GroupedStore(await openLevel(path)));
    databases.push(db);
    return db;
  };
  const blockDb = await open(paths.blockStore);
  await claimDatabase(blockDb, 'blocks', BLOCK_STORE_VERSION);
  const execution = await createExecution({db: await open(paths.application), logger: SILENT});
  const indexDb = await open(paths.txIndex);
  await claimDatabase(indexDb, 'tx_index', TX_INDEX_VERSION);
  const blockStore = new BlockStore(blockDb);
  const stateStore = new StateStore(blockDb);
  const chain = {base: () => blockStore.base, height: () => blockStore.height, block: (height: bigint) => blockStore.loadBlock(height), blockResults: (height: bigint) => stateStore.loadBlockResults(height)};
  const indexer = new Indexer({db: indexDb, chain, logger: SILENT});
  let pending: Uint8Array[] = [];
  const txs = {reap: () => pending, hasTransactions: () => pending.length > 0, onAvailable: () => () => {}, update: async () => void (pending = [])};
  const executor = new BlockExecutor({app: execution.app, txs, stateStore, blockStore, evidence: undefined, logger: SILENT});
  try {
    let state = await handshake({app: execution.app, blockStore, stateStore, genesis, logger: SILENT});
    let commit: Commit | undefined;
    const funded = Array.from({length: FUNDED_ACCOUNTS}, (_, i) => genesisAccount(i));
    const senders = createSenders();
    const preparation = signPreparation(funded, senders);
    const crew: Crew = {senders, token: generatedAddress(funded[0]!.address.toLowerCase() as Hex, funded[0]!.nonce - 1n)};
    const transfers: Hex[] = [];
    group.open();
    for (let height = 1; height <= blocks; height++) {
      if (height === 1) pending = preparation.map(({raw}) => bytesOf(raw));
      else if (height % transferEvery === 0) {
        const {raw, hash} = signLoad(crew, 'erc20', 1)[0]!;
        crew.senders.push(crew.senders.shift()!);
        transfers.push(hash);
        pending = [bytesOf(raw)];
      }
      ({state, commit} = await appendBlock(state, commit, key, {executor, blockStore}));
      if (height % GROUP_BLOCKS === 0) {
        await indexer.follow();
        await group.flush();
        progress?.(BigInt(height));
      }
    }
    await indexer.follow();
    await group.close();
    return {home: paths.root, crew, transfers};
  } finally {
    await indexer.close();
    await execution.close();
    for (const db of databases) await db.close();
  }
}

interface Appending {
  readonly executor: BlockExecutor;
  readonly blockStore: BlockStore;
}

async function appendBlock(state: ConsensusState, lastCommit: Commit | undefined, key: ValidatorKey, {executor, blockStore}: Appending): Promise<{state: ConsensusState; commit: Commit}> {
  const {block, blockId, partSet, size} = await executor.createProposal(state, lastCommit, key.address);
  const problem = await executor.checkProposal(state, block);
  if (problem !== undefined) throw new Error(`block ${block.header.height} is not valid: ${problem}`);
  const commit = commitOf(block.header, blockId, key);
  const meta = {blockId, blockSize: BigInt(size), header: block.header, numTxs: BigInt(block.txs.length)};
  await blockStore.save(block, partSet, meta, commit, {sync: false});
  const applied = await executor.apply(state, blockId, block);
  return {state: applied.state, commit};
}

function commitOf(header: Header, blockId: BlockID, key: ValidatorKey): Commit {
  const {chainId, height, time} = header;
  const timestamp = timestampFromNanos(timestampToNanos(time) + BLOCK_INTERVAL_NS);
  const signature = key.sign(voteSignBytes(chainId, {type: VoteType.Precommit, height, round: 0, blockId, timestamp}));
  return {height, round: 0, blockId, signatures: [{blockIdFlag: BlockIDFlag.Commit, validatorAddress: key.address, timestamp, signature}]};
}

function bytesOf(hex: Hex): Uint8Array {
  return new Uint8Array(Buffer.from(hex.slice(2), 'hex'));
}
