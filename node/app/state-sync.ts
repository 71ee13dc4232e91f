/** How a node serves snapshots, and begins from one of its peers'. Source: CometBFT `node/setup.go` (startStateSync). */
import {HttpProvider, LightClient, LightClientError, RpcTransport} from '#consensus/light';
import {consensusParamsFrom, fromHex, JsonReader, type ConsensusParams, type GenesisDoc} from '#proto';
import type {Application, ConsensusEngine, Logger, PeerNetwork, SystemClock} from '#consensus/engine';
import type {HomePaths, NodeConfig} from '#node/config';
import type {SnapshotSettings} from '#node/execution';
import {memoryStore} from '#node/storage';
import {Backfill, LightStateProvider, StateSyncError, StateSyncReactor, Syncer} from '#node/sync';
import {StartError} from './errors.ts';

export interface StateSyncModules {
  readonly app: Application;
  readonly engine: ConsensusEngine;
  readonly network: PeerNetwork;
  readonly clock: SystemClock;
  readonly genesis: GenesisDoc;
  readonly logger: Logger;
  onStop(close: () => void): void;
  /** Something that telemetry may look at from now on. */
  onSyncer(syncer: Pick<Syncer, 'progress'>): void;
  onBackfill(backfill: Pick<Backfill, 'missing'>): void;
}

/** Between two tries to reach the servers, doubled each time. */
const SERVERS_RETRY_MS = 1_000;
const SERVERS_RETRY_MAX_MS = 60_000;
const NANOS_PER_HOUR = 3_600_000_000_000n;

export function snapshotSettings(config: NodeConfig, paths: HomePaths, genesis: GenesisDoc): SnapshotSettings {
  return {
    folder: paths.snapshots,
    interval: BigInt(config['state_sync.snapshot_interval']),
    keepRecent: config['state_sync.snapshot_keep_recent'],
    genesis: {appState: genesis.appState, timeSeconds: genesis.genesisTime.seconds},
  };
}

/**
 * Serves snapshots and headers from now on. Resolves when the engine may start: at once, or, if settings and stores say so, after a state
 * sync. To be called once the engine has started: what fetches the headers before the snapshot, beside consensus.
 */
export async function startStateSync(config: NodeConfig, modules: StateSyncModules): Promise<() => void> {
  const {engine, logger} = modules;
  const reactor = new StateSyncReactor({...modules, lightBlock: (height) => engine.lightBlock(height)});
  reactor.start();
  modules.onStop(() => reactor.stop());
  const backfill = (): void => startBackfill(reactor, modules);
  if (!config['state_sync.enable']) return backfill;
  if (engine.hasState) {
    logger.info({height: engine.height}, 'no state sync: this node has a state already');
    return backfill;
  }
  const abort = new AbortController();
  modules.onStop(() => abort.abort());
  const provider = await lightStateProvider(config, modules, abort.signal);
  const syncer = new Syncer({...modules, provider});
  modules.onStop(() => syncer.stop());
  modules.onSyncer(syncer);
  reactor.attach(syncer);
  const {state, commit} = await syncer.run();
  reactor.attach(undefined);
  await engine.bootstrap(state, commit);
  logger.info({height: state.lastBlockHeight}, 'state is synced: blocks follow');
  return backfill;
}

/** Also what an earlier life of this node left undone. */
function startBackfill(reactor: StateSyncReactor, modules: StateSyncModules): void {
  const store = modules.engine.backfill;
  if (store.position === undefined) return;
  const backfill = new Backfill({...modules, store});
  modules.onBackfill(backfill);
  reactor.attachBackfill(backfill);
  void backfill.run().then(() => reactor.attachBackfill(undefined));
}

async function lightStateProvider(config: NodeConfig, {genesis, clock, logger}: StateSyncModules, signal: AbortSignal): Promise<LightStateProvider> {
  const urls = config['state_sync.rpc_servers'];
  const height = BigInt(config['state_sync.trust_height']);
  const hash = config['state_sync.trust_hash'];
  if (urls.length < 2) throw new StartError(`state sync verifies with two or more nodes: state_sync.rpc_servers names ${urls.length}`);
  if (height === 0n || !/^[0-9a-fA-F]{64}$/.test(hash)) {
    throw new StartError('state sync begins with a header that you trust: set state_sync.trust_height (1 or more) and state_sync.trust_hash (64 hex digits)');
  }
  let transports: RpcTransport[];
  try {
    transports = urls.map((url) => new RpcTransport({url, clock}));
  } catch (error) {
    throw new StartError(`state_sync.rpc_servers: ${(error as Error).message}`);
  }
  const providers = transports.map((transport) => new HttpProvider(transport));
  const [primary, ...witnesses] = providers;
  const options = {chainId: genesis.chainId, trust: {height, hash: fromHex(hash), periodNs: BigInt(config['state_sync.trust_period_hours']) * NANOS_PER_HOUR}};
  const client = await whenAnswered(() => LightClient.create(options, {primary: primary!, witnesses, db: memoryStore(), clock, logger, signal}), {clock, logger, signal}).catch((error: Error) => {
    throw new StartError(`state sync cannot begin: ${error.message}`);
  });
  const light = {
    verifyLightBlockAtHeight: (at: bigint) =>
      client.verifyLightBlockAtHeight(at).catch((error: Error) => {
        throw isUnanswered(error) ? new StateSyncError('UNAVAILABLE', error.message) : error;
      }),
  };
  const sources = providers.map((provider) => ({name: provider.name, lightBlock: (at: bigint) => provider.lightBlock(at, signal)}));
  return new LightStateProvider({light, genesis, sources, consensusParams: (at) => firstAnswer(transports, at, signal)});
}

/** Nobody answered; that says nothing about what was asked. */
function isUnanswered(error: unknown): boolean {
  if (!(error instanceof LightClientError)) return false;
  return error.code === 'NOT_CROSS_CHECKED' || (error.code === 'NO_PROVIDER' && (error.cause as {code?: unknown} | undefined)?.code === 'NO_RESPONSE');
}

/** Again, later and later, while no server answers. */
async function whenAnswered<T>(work: () => Promise<T>, {clock, logger, signal}: {clock: SystemClock; logger: Logger; signal: AbortSignal}): Promise<T> {
  for (let delayMs = SERVERS_RETRY_MS; ; delayMs = Math.min(2 * delayMs, SERVERS_RETRY_MAX_MS)) {
    try {
      return await work();
    } catch (error) {
      if (signal.aborted || !isUnanswered(error)) throw error;
      logger.warn({reason: (error as Error).message, againMs: delayMs}, 'no server of state_sync.rpc_servers answers yet');
    }
    await new Promise<void>((resolve) => {
      const cancel = clock.setTimer(delayMs, resolve);
      signal.addEventListener('abort', () => (cancel(), resolve()), {once: true});
    });
  }
}

/** It is checked against a verified header: any node may answer. */
async function firstAnswer(transports: readonly RpcTransport[], height: bigint, signal: AbortSignal): Promise<ConsensusParams> {
  let failure: unknown;
  for (const transport of transports) {
    try {
      const result = JsonReader.root(await transport.call('consensus_params', {height: height.toString()}, signal), 'consensus_params');
      return consensusParamsFrom(result.object('consensus_params'));
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}
