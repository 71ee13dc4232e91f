/** How a node serves snapshots, and begins from one of its peers'. Source: CometBFT `node/setup.go` (startStateSync). */
import type {GenesisDoc} from '#proto';
import type {Application, Clock, ConsensusEngine, Logger, PeerNetwork} from '#consensus/engine';
import type {HomePaths, NodeConfig} from '#node/config';
import type {SnapshotSettings} from '#node/execution';
import {Backfill, StateSyncReactor, Syncer, type StateProvider} from '#node/sync';

export interface StateSyncModules {
  readonly app: Application;
  readonly engine: ConsensusEngine;
  readonly network: PeerNetwork;
  readonly clock: Clock;
  readonly genesis: GenesisDoc;
  readonly logger: Logger;
  onStop(close: () => void): void;
  /** Something that telemetry may look at from now on. */
  onSyncer(syncer: Pick<Syncer, 'progress'>): void;
  onBackfill(backfill: Pick<Backfill, 'missing'>): void;
}

/** Of what vouches for the heights of snapshots; may wait until somebody answers. */
export type ProviderFactory = (signal: AbortSignal) => Promise<StateProvider>;

export function snapshotSettings(config: NodeConfig, paths: HomePaths, genesis: GenesisDoc): SnapshotSettings {
  return {
    folder: paths.snapshots,
    interval: BigInt(config['state_sync.snapshot_interval']),
    keepRecent: config['state_sync.snapshot_keep_recent'],
    genesis: {appState: genesis.appState, timeSeconds: genesis.genesisTime.seconds},
  };
}

/**
 * Serves snapshots and headers from now on. Resolves when the engine may start: at once, or, with a provider and empty stores, after a
 * state sync. To be called once the engine has started: what fetches the headers before the snapshot, beside consensus.
 */
export async function startStateSync(createProvider: ProviderFactory | undefined, modules: StateSyncModules): Promise<() => void> {
  const {engine, logger} = modules;
  const reactor = new StateSyncReactor({...modules, lightBlock: (height) => engine.lightBlock(height)});
  reactor.start();
  modules.onStop(() => reactor.stop());
  const backfill = (): void => startBackfill(reactor, modules);
  if (createProvider === undefined) return backfill;
  if (engine.hasState) {
    logger.info({height: engine.height}, 'no state sync: this node has a state already');
    return backfill;
  }
  const abort = new AbortController();
  modules.onStop(() => abort.abort());
  const provider = await createProvider(abort.signal);
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
