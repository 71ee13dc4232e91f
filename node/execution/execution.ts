import {claimDatabase} from '#node/storage';
import type {DevelopmentChain, Execution, ExecutionOptions} from './api.ts';
import {EvmApplication} from './app.ts';
import {BloomIndex} from './block/bloom-index.ts';
import type {BlockExecutorModules} from './block-executor.ts';
import {Chain} from './chain.ts';
import {EvmChainBackend} from './chain-backend.ts';
import {Engines} from './engines.ts';
import type {ExecutionEngine} from './engine.ts';
import {createEthereumjsFactory} from './ethereumjs/engine.ts';
import {DATABASE_KIND, DATABASE_VERSION} from './keys.ts';
import {HISTORY_BLOCKS_DEFAULT} from './limits.ts';
import {constantSchedule} from './rules.ts';
import type {Hardfork} from './rules.ts';
import {chainForks} from './fork-config.ts';
import {ChainImporter} from './import/importer.ts';
import {Snapshots} from './snapshot/snapshots.ts';
import {SnapshotStore} from './snapshot/store.ts';
import {stateReader} from './state/reader.ts';
import {Tracing} from './trace/tracing.ts';
import {TransactionCache} from './transaction-cache.ts';
import type {Address} from './types.ts';

const ZERO_ADDRESS: Address = `0x${'00'.repeat(20)}`;

/** wei per gas. The base fee never falls below it. */
export const BASE_FEE_FLOOR = 100_000_000n;

/**
 * Builds the execution layer over an open database, checks that the database is ours and whole, and brings it to its last committed
 * block. `close` waits for work in the background; the database stays open, it is the caller's.
 */
export async function createExecution(options: ExecutionOptions): Promise<Execution> {
  await claimDatabase(options.db, DATABASE_KIND, DATABASE_VERSION);
  const chain = new Chain({
    db: options.db,
    schedule: options.chainOptions?.schedule ?? constantSchedule('osaka'),
    baseFeeFloor: options.chainOptions?.baseFeeFloor ?? BASE_FEE_FLOOR,
    historyBlocks: options.archive === true ? undefined : (options.historyBlocks ?? HISTORY_BLOCKS_DEFAULT),
  });
  const isDevelopment = options.development === true;
  const transactions = new TransactionCache(() => chain.parameters.chainId, {allowsUnsigned: isDevelopment, recoverSenders: options.recoverSenders});
  const decode = transactions.decode.bind(transactions);
  const now = options.now ?? (() => performance.now());

  const factories = new Map<Hardfork, ReturnType<typeof createEthereumjsFactory>>();
  const createEngine = async (hardfork: Hardfork): Promise<ExecutionEngine> => {
    // Without a genesis there is no chain id: this throws, and nothing is kept.
    const {chainId} = chain.parameters;
    let factory = factories.get(hardfork);
    if (factory === undefined) {
      factory = createEthereumjsFactory({chainId, hardfork, precompiles: options.chainOptions?.precompiles ?? true, yieldTurn});
      factories.set(hardfork, factory);
    }
    return (await factory)();
  };
  const engines = new Engines(createEngine);
  // Of this chain alone: others have other rules.
  const hasWorkLimit = options.chainOptions?.schedule === undefined;
  const executor: BlockExecutorModules = {chain, hasWorkLimit, engineFor: (rules) => engines.executor(rules), decode, now, yieldTurn};
  // The EVM takes a moment to build; better now than in the first block.
  const warmUp = async (): Promise<void> => void (await engines.executor(chain.nextRules()));

  const snapshots = await openSnapshots(options, chain, warmUp);
  const app = new EvmApplication({chain, logger: options.logger, executor, warmUp, decode, snapshots});
  const {precompiles = true, depositContract} = options.chainOptions ?? {};
  const forks = chainForks(chain.schedule, {precompiles, depositContract});
  const blooms = new BloomIndex(options.db);
  const backend = new EvmChainBackend({
    chain,
    blooms,
    engines,
    forks,
    tracing: new Tracing({chain, engines, hasWorkLimit, now, yieldTurn}),
    depositContract,
    now,
    yieldTurn,
    onBlock: (fn) => app.onBlock(fn),
  });
  app.onBlock(({block}) => transactions.forget(block.transactions));
  if (chain.isInitialised) await warmUp();
  const importer = new ChainImporter({
    chain,
    depositContract: depositContract ?? ZERO_ADDRESS,
    engineFor: executor.engineFor,
    yieldTurn,
    now,
    announce: (event) => app.announce(event),
  });
  return {
    app,
    importer,
    backend,
    latest: stateReader(() => chain.latest),
    decode,
    prepare: (raws) => transactions.prepare(raws),
    onBlock: (fn) => app.onBlock(fn),
    close: () => app.close(),
    ...(isDevelopment ? {development: developmentChain(chain, blooms)} : {}),
  };
}

function developmentChain(chain: Chain, blooms: BloomIndex): DevelopmentChain {
  return {
    get amendments() {
      return chain.amendments;
    },
    amend: (amendments) => chain.amend(amendments),
    get nextGasLimit() {
      return chain.nextGasLimit();
    },
    get initialGasLimit() {
      return chain.parameters.gasLimit;
    },
    rewind: async (number) => {
      await chain.rewind(number);
      blooms.clear();
    },
  };
}

async function openSnapshots({snapshots, db, logger}: ExecutionOptions, chain: Chain, restored: () => Promise<void>): Promise<Snapshots | undefined> {
  if (snapshots === undefined) return undefined;
  const {folder, interval, keepRecent, genesis} = snapshots;
  return new Snapshots({interval, keepRecent, genesis}, {chain, db, logger, store: await SnapshotStore.open(folder), yieldTurn, restored});
}

function yieldTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
