import {claimDatabase} from '#node/storage';
import type {Execution, ExecutionOptions} from './api.ts';
import {EvmApplication} from './app.ts';
import {BloomIndex} from './block/bloom-index.ts';
import type {BlockExecutorModules} from './block-executor.ts';
import {Chain} from './chain.ts';
import {EvmChainBackend} from './chain-backend.ts';
import {EnginePool} from './engine-pool.ts';
import type {ExecutionEngine} from './engine.ts';
import {createEthereumjsFactory} from './ethereumjs/engine.ts';
import {DATABASE_KIND, DATABASE_VERSION} from './keys.ts';
import {HISTORY_BLOCKS_DEFAULT} from './limits.ts';
import {forkRules} from './rules.ts';
import {Snapshots} from './snapshot/snapshots.ts';
import {SnapshotStore} from './snapshot/store.ts';
import {stateReader} from './state/reader.ts';
import {TransactionCache} from './transaction-cache.ts';

/** wei per gas. The base fee never falls below it. */
export const BASE_FEE_FLOOR = 100_000_000n;

/**
 * Builds the execution layer over an open database, checks that the database is ours and whole, and brings it to its last committed
 * block. `close` waits for work in the background; the database stays open, it is the caller's.
 */
export async function createExecution(options: ExecutionOptions): Promise<Execution> {
  await claimDatabase(options.db, DATABASE_KIND, DATABASE_VERSION);
  const hardfork = options.chainOptions?.hardfork ?? 'osaka';
  const chain = new Chain({
    db: options.db,
    rules: forkRules(hardfork),
    baseFeeFloor: options.chainOptions?.baseFeeFloor ?? BASE_FEE_FLOOR,
    historyBlocks: options.archive === true ? undefined : (options.historyBlocks ?? HISTORY_BLOCKS_DEFAULT),
  });
  const transactions = new TransactionCache(() => chain.parameters.chainId);
  const decode = transactions.decode.bind(transactions);
  const now = options.now ?? (() => performance.now());

  const factory = once(() =>
    createEthereumjsFactory({chainId: chain.parameters.chainId, hardfork, precompiles: options.chainOptions?.precompiles ?? true, yieldTurn}),
  );
  const createEngine = async (): Promise<ExecutionEngine> => (await factory())();
  const executor = once(async (): Promise<BlockExecutorModules> => ({chain, engine: await createEngine(), decode, now, yieldTurn}));
  const pool = once(async () => new EnginePool(createEngine));

  const snapshots = await openSnapshots(options, chain, async () => void (await executor()));
  const app = new EvmApplication({chain, logger: options.logger, executor, decode, snapshots});
  const backend = new EvmChainBackend({chain, blooms: new BloomIndex(options.db), engines: pool, onBlock: (fn) => app.onBlock(fn)});
  app.onBlock(({block}) => transactions.forget(block.transactions));
  if (chain.isInitialised) await executor();
  return {
    app,
    backend,
    latest: stateReader(() => chain.state.newest),
    decode,
    onBlock: (fn) => app.onBlock(fn),
    close: () => app.close(),
  };
}

async function openSnapshots({snapshots, db, logger}: ExecutionOptions, chain: Chain, restored: () => Promise<void>): Promise<Snapshots | undefined> {
  if (snapshots === undefined) return undefined;
  const {folder, interval, keepRecent, genesis} = snapshots;
  return new Snapshots({interval, keepRecent, genesis}, {chain, db, logger, store: await SnapshotStore.open(folder), yieldTurn, restored});
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    // A failure (no genesis yet) is not kept.
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}

function yieldTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
