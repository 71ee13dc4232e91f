/** The composition root: builds every part of a node, starts them in order and closes them in reverse. */
import {ConsensusEngine, DEFAULT_ENGINE_OPTIONS, FileLog, FileSigner, FsAtomicFile, SystemClock, type EngineOptions, type KeyValueStore, type SignedMessage, type ValidatorKey} from '#consensus/engine';
import {DEFAULT_EVIDENCE_REACTOR_OPTIONS, EvidenceReactor, StoredEvidencePool} from '#consensus/evidence';
import {parseGenesis, sha256, verifySignatureInBackground, type GenesisDoc} from '#proto';
import {environmentName, homePaths, type HomePaths, type NodeConfig} from '#node/config';
import {BackgroundRecovery, BASE_FEE_FLOOR, createExecution, parseGenesisState, type Execution} from '#node/execution';
import {askPassphrase, readValidatorKey} from '#node/keys';
import type {Mempool, MempoolClock} from '#node/mempool';
import {loadOrCreateNodeIdentity, P2pNetwork} from '#node/p2p';
import {CometRpcServer, Indexer} from '#node/rpc/comet';
import {EthRpcServer, type NetworkStatus} from '#node/rpc/eth';
import {claimDatabase, GroupedStore, lockHome, openLevel, StoreGroup} from '#node/storage';
import type {SyncProgress} from '#node/sync';
import {createMetrics, DiskSampler, MetricsServer, type Logger, type NodeMetrics} from '#node/telemetry';
import {ChainFeed} from './chain-feed.ts';
import {cometBackend} from './comet-backend.ts';
import {timedLog} from './consensus-metrics.ts';
import {portError} from './errors.ts';
import {readGenesisFile} from './genesis-file.ts';
import {refuseDevelopmentHome} from './home-mode.ts';
import {BLOCK_STORE_VERSION, TX_INDEX_VERSION} from './layout.ts';
import {configuredProvider} from './light-servers.ts';
import {cometRpcMetrics, engineObserver, ethRpcMetrics, reportBlocks} from './observers.ts';
import {testAdminPort, TestAdminServer} from './test-admin.ts';
import {snapshotSettings, startStateSync} from './state-sync.ts';
import {createMempool, reloadTransactions} from './transactions.ts';
import {VERSION} from './version.ts';

export interface NodeOptions {
  readonly home: string;
  readonly config: NodeConfig;
}

export class Node {
  /** Resolves when consensus has stopped itself, because an invariant or the application failed. */
  readonly halted: Promise<Error>;
  readonly #paths: HomePaths;
  readonly #config: NodeConfig;
  readonly #logger: Logger;
  readonly #metrics: NodeMetrics = createMetrics();
  readonly #writeGroup = new StoreGroup();
  readonly #halt = Promise.withResolvers<Error>();
  /** What has been started, in order; each entry closes it. */
  readonly #closers: (() => unknown)[] = [];
  /** Metrics that nobody reports: they are looked up for each scrape. */
  readonly #gauges: (() => void)[] = [];

  constructor(options: NodeOptions, modules: {logger: Logger}) {
    this.#paths = homePaths(options.home);
    this.#config = options.config;
    this.#logger = modules.logger;
    this.halted = this.#halt.promise;
  }

  /** @throws StartError, ConfigError or StorageError with a message for the operator. Call `stop` after a failure too. */
  async start(): Promise<void> {
    const config = this.#config;
    const adminPort = testAdminPort(config['test.admin_port'], process.env);
    const genesisText = readGenesisFile(this.#paths.genesis);
    const genesis = parseGenesis(genesisText);
    const release = lockHome(this.#paths.root);
    this.#closers.push(release);
    refuseDevelopmentHome(this.#paths);

    // First of all: it may ask at the terminal, and nothing should wait for that.
    const key = await this.#validatorKey();
    const clock = new SystemClock();
    // In the order in which they join the group: the application never is on disk ahead of its blocks, nor the index ahead of both.
    const blockDb = await this.#openDatabase(this.#paths.blockStore);
    await claimDatabase(blockDb, 'blocks', BLOCK_STORE_VERSION);
    const execution = await this.#openExecution(genesis);
    const identity = await loadOrCreateNodeIdentity(this.#paths.nodeKey);
    const timers = {nowMs: () => Date.now(), setTimer: (delayMs: number, fn: () => void) => clock.setTimer(delayMs, fn)};

    const network = new P2pNetwork(
      {
        chainId: genesis.chainId,
        genesisHash: sha256(new TextEncoder().encode(genesisText)),
        listen: [`/ip4/${config['p2p.host']}/tcp/${config['p2p.port']}`],
        persistentPeers: config['p2p.persistent_peers'],
        maxInbound: config['p2p.max_inbound'],
        maxOutbound: config['p2p.max_outbound'],
        unconditionalPeerIds: config['p2p.unconditional_peer_ids'],
        pex: config['p2p.pex'],
        seeds: config['p2p.seeds'],
        seedMode: config['p2p.seed_mode'],
        privatePeerIds: config['p2p.private_peer_ids'],
        addressBookStrict: config['p2p.addr_book_strict'],
        externalAddress: config['p2p.external_address'],
        files: {addressBook: this.#paths.addressBook, bans: this.#paths.peerBans},
        moniker: config['moniker'],
        version: VERSION,
      },
      {logger: this.#logger.child('p2p'), clock: timers, metrics: this.#metrics, identity, random: Math.random},
    );
    const mempool = this.#createMempool(genesis, execution, network, timers);

    const wal = new FileLog(this.#paths.wal);
    this.#closers.push(() => wal.close());
    const evidence = new StoredEvidencePool({db: blockDb, logger: this.#logger.child('evidence')});
    const engineOptions = this.#engineOptions();
    const feed = new ChainFeed({commitMs: engineOptions.commitMs, now: () => clock.now()});
    const engine = new ConsensusEngine(engineOptions, {
      logger: this.#logger.child('consensus'),
      clock,
      network,
      ...(key === undefined ? {} : {signer: new FileSigner(key, new FsAtomicFile(this.#paths.validatorState))}),
      wal: timedLog(wal, this.#metrics),
      blockDb,
      writeGroup: this.#writeGroup,
      verifySignatures,
      app: execution.app,
      txs: mempool,
      evidence,
      observer: feed.observer(engineObserver(this.#metrics, this.#logger, key?.address, (error) => this.#halt.resolve(error))),
      genesis,
    });
    feed.attach(engine);
    this.#closers.push(reportBlocks(execution, this.#metrics, this.#logger));

    // Also after a start that fails half way, which leaves parts of libp2p running.
    this.#closers.push(() => network.stop());
    await this.#listen('peer-to-peer', 'p2p', async () => network.start());
    await this.#serveMetrics({network, evidence, setTimer: timers.setTimer});
    if (adminPort !== undefined) {
      const admin = new TestAdminServer(network);
      await admin.listen(adminPort);
      this.#closers.push(() => admin.close());
      this.#logger.warn({port: adminPort}, 'the test-only admin server can cut this node off from its peers');
    }
    const syncLogger = this.#logger.child('statesync');
    const startBackfill = await startStateSync(configuredProvider(config, {genesis, clock, logger: syncLogger}), {
      app: execution.app,
      engine,
      network,
      clock,
      genesis,
      logger: syncLogger,
      onStop: (close) => this.#closers.push(close),
      onSyncer: (syncer) => this.#gauges.push(() => this.#stateSyncGauges(syncer.progress)),
      onBackfill: (backfill) => this.#gauges.push(() => this.#metrics.stateSyncHeaderMissing.set(Number(backfill.missing))),
    });
    await engine.start();
    startBackfill();
    this.#metrics.consensusHeight.set(Number(engine.height));
    this.#closers.push(() => engine.stop());
    const evidenceReactor = new EvidenceReactor(DEFAULT_EVIDENCE_REACTOR_OPTIONS, {
      pool: evidence,
      network,
      clock,
      logger: this.#logger.child('evidence'),
      peerHeight: (peer) => engine.peerHeight(peer),
    });
    evidenceReactor.start();
    this.#closers.push(() => evidenceReactor.stop());
    // Not earlier: before the handshake with the application there is no state to check a transaction against.
    network.onTransactions((_peer, transactions) => mempool.receive(transactions));
    await reloadTransactions(mempool, this.#logger.child('mempool'));

    const index = config['tx_index.indexer'] === 'kv' ? await this.#openIndex(engine, execution) : undefined;
    await this.#serve({execution, mempool, network, engine, genesis, key, feed, index});
    this.#logger.info(
      {chain: genesis.chainId, height: engine.height, validator: key !== undefined, eth: config['eth.port'], comet: config['comet.port'], p2p: config['p2p.port']},
      'node started',
    );
  }

  /** Closes everything that was started, last first. */
  async stop(): Promise<void> {
    for (const close of this.#closers.splice(0).reverse()) {
      try {
        await close();
      } catch (error) {
        this.#logger.error({error}, 'a part of the node did not close');
      }
    }
  }

  async #validatorKey(): Promise<ValidatorKey | undefined> {
    const hint = `give --validator.passphrase_file FILE, or ${environmentName('validator.passphrase_file')}`;
    const file = this.#config['validator.passphrase_file'];
    const stored = await readValidatorKey(this.#paths.validatorKey, () => askPassphrase({file, prompt: 'Passphrase of the validator key: ', hint}));
    return stored?.key;
  }

  async #openDatabase(path: string): Promise<KeyValueStore> {
    const db = this.#writeGroup.add(new GroupedStore(await openLevel(path)));
    this.#closers.push(() => db.close());
    return db;
  }

  async #openExecution(genesis: GenesisDoc): Promise<Execution> {
    const db = await this.#openDatabase(this.#paths.application);
    const recovery = new BackgroundRecovery((error) => this.#logger.warn({error}, 'the thread that recovers senders has ended: they are recovered where transactions are admitted'));
    this.#closers.push(() => recovery.close());
    const execution = await createExecution({
      db,
      recoverSenders: recovery.recover,
      logger: this.#logger.child('execution'),
      historyBlocks: BigInt(this.#config['state.history_blocks']),
      archive: this.#config['state.archive'],
      snapshots: snapshotSettings(this.#config, this.#paths, genesis),
    });
    this.#closers.push(() => execution.close());
    return execution;
  }

  #createMempool(genesis: GenesisDoc, execution: Execution, network: P2pNetwork, clock: MempoolClock): Mempool {
    const {chainId} = parseGenesisState(genesis.appState);
    const mempool = createMempool(
      {chainId, feeCapMin: BASE_FEE_FLOOR},
      {paths: this.#paths, execution, publish: (batch) => network.publishTransactions(batch), clock, logger: this.#logger.child('mempool'), metrics: this.#metrics},
    );
    this.#closers.push(() => mempool.close());
    return mempool;
  }

  #engineOptions(): EngineOptions {
    const config = this.#config;
    return {
      ...DEFAULT_ENGINE_OPTIONS,
      doubleSignCheckHeight: BigInt(config['consensus.double_sign_check_height']),
      timeouts: {
        proposeMs: config['consensus.timeout_propose_ms'],
        proposeDeltaMs: config['consensus.timeout_propose_delta_ms'],
        prevoteMs: config['consensus.timeout_prevote_ms'],
        prevoteDeltaMs: config['consensus.timeout_prevote_delta_ms'],
        precommitMs: config['consensus.timeout_precommit_ms'],
        precommitDeltaMs: config['consensus.timeout_precommit_delta_ms'],
      },
      emptyBlockIntervalMs: config['consensus.empty_block_interval_ms'],
    };
  }

  async #serve(parts: {execution: Execution; mempool: Mempool; network: P2pNetwork; engine: ConsensusEngine; genesis: GenesisDoc; key: ValidatorKey | undefined; feed: ChainFeed; index: Indexer | undefined}): Promise<void> {
    const {execution, mempool, network, engine, genesis, key, feed, index} = parts;
    const config = this.#config;
    const startingBlock = engine.height;
    const networkStatus = (): NetworkStatus => ({
      peerCount: network.peers().length,
      listening: true,
      syncing: engine.isCatchingUp ? {startingBlock, currentBlock: engine.height, highestBlock: engine.highestPeerHeight} : undefined,
    });
    const eth = new EthRpcServer(
      {
        host: config['eth.host'],
        port: config['eth.port'],
        clientVersion: `Qanat/v${VERSION}/${process.platform}-${process.arch}/node${process.versions.node}`,
        allowedHosts: config['eth.allowed_hosts'],
        namespaces: config['eth.namespaces'],
        ...(config['eth.cors_origins'].length === 0 ? {} : {corsOrigins: config['eth.cors_origins']}),
      },
      {chain: execution.backend, pool: mempool, network: networkStatus, logger: this.#logger.child('rpc'), metrics: ethRpcMetrics(this.#metrics)},
    );
    await this.#listen('Ethereum JSON-RPC', 'eth', async () => eth.listen());
    this.#closers.push(() => eth.close());

    const comet = new CometRpcServer(
      {
        host: config['comet.host'],
        port: config['comet.port'],
        allowedHosts: config['comet.allowed_hosts'],
        corsOrigins: config['comet.cors_origins'],
        timeoutBroadcastTxCommitMs: config['comet.timeout_broadcast_tx_commit_ms'],
        limits: {
          subscriptionClientsMax: config['comet.max_subscription_clients'],
          subscriptionsPerClientMax: config['comet.max_subscriptions_per_client'],
        },
      },
      {
        backend: cometBackend({
          feed,
          index,
          engine,
          execution,
          mempool,
          network,
          genesis,
          validatorKey: key === undefined ? undefined : {type: 'ed25519', bytes: key.publicKey},
          moniker: config['moniker'],
          p2pAddress: `${config['p2p.host']}:${config['p2p.port']}`,
          rpcAddress: `${config['comet.host']}:${config['comet.port']}`,
        }),
        logger: this.#logger.child('comet-rpc'),
        metrics: cometRpcMetrics(this.#metrics),
      },
    );
    await this.#listen('CometBFT RPC', 'comet', async () => comet.listen());
    this.#closers.push(() => comet.close());
    this.#gauges.push(() => {
      const {webSockets, subscriptions} = comet.load;
      this.#metrics.cometWebSockets.set(webSockets);
      this.#metrics.cometSubscriptions.set(subscriptions);
      if (index !== undefined) this.#metrics.txIndexLagBlocks.set(Number(engine.blockStore.height - index.height));
    });
  }

  /** Early: a start that replays blocks or restores a snapshot can be watched. */
  async #serveMetrics({network, evidence, setTimer}: {network: P2pNetwork; evidence: StoredEvidencePool; setTimer: SystemClock['setTimer']}): Promise<void> {
    const {host, port} = {host: this.#config['metrics.host'], port: this.#config['metrics.port']};
    this.#metrics.buildInfo.set({version: VERSION}, 1);
    this.#gauges.push(() => {
      this.#metrics.peers.set(network.peers().length);
      this.#metrics.evidencePending.set(evidence.list().length);
    });
    const beforeScrape = (): void => this.#gauges.forEach((look) => look());
    const server = new MetricsServer({host, port}, {registry: this.#metrics.registry, beforeScrape});
    await this.#listen('metrics', 'metrics', () => server.listen());
    this.#closers.push(() => server.close());
    const {data, wal, blockStore, application, snapshots, txIndex} = this.#paths;
    const disk = new DiskSampler({data, stores: [wal, blockStore, application, snapshots, txIndex], setTimer}, this.#metrics);
    disk.start();
    this.#closers.push(() => disk.stop());
  }

  #stateSyncGauges(progress: SyncProgress | undefined): void {
    this.#metrics.stateSyncChunks.set(progress?.chunks ?? 0);
    this.#metrics.stateSyncChunksApplied.set(progress?.chunksApplied ?? 0);
  }

  /** Follows the chain from where the index stands; what a crash left out comes first. */
  async #openIndex(engine: ConsensusEngine, execution: Execution): Promise<Indexer> {
    const db = await this.#openDatabase(this.#paths.txIndex);
    await claimDatabase(db, 'tx_index', TX_INDEX_VERSION);
    const {blockStore} = engine;
    const chain = {
      base: () => blockStore.base,
      height: () => blockStore.height,
      block: (height: bigint) => blockStore.loadBlock(height),
      blockResults: (height: bigint) => engine.blockResults(height),
    };
    const indexer = new Indexer({db, chain, logger: this.#logger.child('indexer')});
    this.#closers.push(() => indexer.close());
    this.#closers.push(execution.onBlock(() => void indexer.follow()));
    void indexer.follow();
    return indexer;
  }

  async #listen(server: string, section: 'p2p' | 'eth' | 'comet' | 'metrics', listen: () => Promise<unknown>): Promise<void> {
    try {
      await listen();
    } catch (error) {
      throw portError(error, server, this.#config[`${section}.host`], this.#config[`${section}.port`], `${section}.port`);
    }
  }
}

async function verifySignatures(signed: readonly SignedMessage[]): Promise<boolean> {
  const answers = await Promise.all(signed.map(({publicKey, message, signature}) => verifySignatureInBackground(publicKey, message, signature)));
  return answers.every((isRight) => isRight);
}
