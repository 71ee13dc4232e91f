/**
 * The composition root of a development chain: execution, pool and Ethereum JSON-RPC around a sealer in the place of consensus. There
 * are no peers, and no CometBFT RPC: its answers would be commits and votes, and nobody signs any.
 */
import {SystemClock} from '#consensus/engine';
import {homePaths, type HomePaths, type NodeConfig} from '#node/config';
import {Development, DevStore, DEV_DATABASE_VERSION, type KeyedAccount} from '#node/dev';
import {createExecution, parseGenesisState, type DevelopmentChain, type Execution} from '#node/execution';
import {EthRpcServer} from '#node/rpc/eth';
import {claimDatabase, lockHome, openLevel} from '#node/storage';
import {createMetrics, MetricsServer, type Logger, type NodeMetrics} from '#node/telemetry';
import {parseGenesis} from '#proto';
import {portError} from './errors.ts';
import {readGenesisFile} from './genesis-file.ts';
import {refuseConsensusHome} from './home-mode.ts';
import {ethRpcMetrics, reportBlocks} from './observers.ts';
import {createMempool, reloadTransactions} from './transactions.ts';
import {VERSION} from './version.ts';

export interface DevNodeModules {
  readonly logger: Logger;
  /** Whose keys this node may sign with: they are public. */
  readonly accounts: () => readonly KeyedAccount[];
}

export class DevNode {
  /** Resolves when a block could not be made. */
  readonly halted: Promise<Error>;
  readonly #paths: HomePaths;
  readonly #config: NodeConfig;
  readonly #modules: DevNodeModules;
  readonly #metrics: NodeMetrics = createMetrics();
  readonly #halt = Promise.withResolvers<Error>();
  readonly #closers: (() => unknown)[] = [];

  constructor(options: {readonly home: string; readonly config: NodeConfig}, modules: DevNodeModules) {
    this.#paths = homePaths(options.home);
    this.#config = options.config;
    this.#modules = modules;
    this.halted = this.#halt.promise;
  }

  /** @throws StartError, ConfigError or StorageError with a message for the operator. Call `stop` after a failure too. */
  async start(): Promise<void> {
    const {logger} = this.#modules;
    const config = this.#config;
    const genesis = parseGenesis(readGenesisFile(this.#paths.genesis));
    this.#closers.push(lockHome(this.#paths.root));
    refuseConsensusHome(this.#paths, genesis);

    const db = await openLevel(this.#paths.development);
    this.#closers.push(() => db.close());
    await claimDatabase(db, 'development', DEV_DATABASE_VERSION);
    const {execution, chain} = await this.#openExecution();
    const clock = new SystemClock();
    const development = new Development(
      {genesis, accounts: this.#modules.accounts(), blockIntervalMs: config['dev.block_interval_ms']},
      {execution, chain, store: new DevStore(db), clock, logger: logger.child('dev')},
    );
    void development.halted.then((error) => this.#halt.resolve(error));
    const mempool = createMempool(
      {chainId: parseGenesisState(genesis.appState).chainId},
      {
        paths: this.#paths,
        execution: {...execution, decode: (raw) => development.decode(raw)},
        publish: () => undefined,
        clock: {nowMs: () => Date.now(), setTimer: (delayMs, fn) => clock.setTimer(delayMs, fn)},
        logger: logger.child('mempool'),
        metrics: this.#metrics,
        blockGasLimit: () => chain.nextGasLimit,
      },
    );
    this.#closers.push(() => mempool.close());
    this.#closers.push(reportBlocks(execution, this.#metrics, logger));
    await development.start(mempool);
    this.#closers.push(() => development.stop());
    await reloadTransactions(mempool, logger.child('mempool'));
    await development.begin();

    await this.#serveMetrics();
    const eth = new EthRpcServer(
      {
        host: config['eth.host'],
        port: config['eth.port'],
        clientVersion: `Qanat/v${VERSION}/${process.platform}-${process.arch}/node${process.versions.node}`,
        allowedHosts: config['eth.allowed_hosts'],
        // Who develops traces, and nobody else is served.
        namespaces: [...new Set([...config['eth.namespaces'], 'debug'])],
        ...(config['eth.cors_origins'].length === 0 ? {} : {corsOrigins: config['eth.cors_origins']}),
      },
      {
        chain: execution.backend,
        pool: development.pool(mempool),
        network: () => ({peerCount: 0, listening: false, syncing: undefined}),
        logger: logger.child('rpc'),
        metrics: ethRpcMetrics(this.#metrics),
        dev: development,
      },
    );
    await this.#listen('Ethereum JSON-RPC', 'eth', () => eth.listen());
    this.#closers.push(() => eth.close());
    logger.warn({chain: genesis.chainId, height: execution.backend.head().header.number, eth: config['eth.port']}, 'development chain started: no consensus, no peers, no CometBFT RPC; its state can be changed by RPC');
  }

  /** Closes everything that was started, last first. */
  async stop(): Promise<void> {
    for (const close of this.#closers.splice(0).reverse()) {
      try {
        await close();
      } catch (error) {
        this.#modules.logger.error({error}, 'a part of the node did not close');
      }
    }
  }

  async #openExecution(): Promise<{execution: Execution; chain: DevelopmentChain}> {
    const db = await openLevel(this.#paths.application);
    this.#closers.push(() => db.close());
    // Every state is kept: a snapshot may be as old as the chain.
    const execution = await createExecution({db, logger: this.#modules.logger.child('execution'), archive: true, development: true});
    this.#closers.push(() => execution.close());
    if (execution.development === undefined) throw new Error('the execution layer was not opened for development');
    return {execution, chain: execution.development};
  }

  async #serveMetrics(): Promise<void> {
    this.#metrics.buildInfo.set({version: VERSION}, 1);
    const server = new MetricsServer({host: this.#config['metrics.host'], port: this.#config['metrics.port']}, {registry: this.#metrics.registry, beforeScrape: () => undefined});
    await this.#listen('metrics', 'metrics', () => server.listen());
    this.#closers.push(() => server.close());
  }

  async #listen(server: string, section: 'eth' | 'metrics', listen: () => Promise<unknown>): Promise<void> {
    try {
      await listen();
    } catch (error) {
      throw portError(error, server, this.#config[`${section}.host`], this.#config[`${section}.port`], `${section}.port`);
    }
  }
}
