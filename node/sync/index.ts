/** State sync: a new node restores the application from a snapshot of its peers, trusting a light client only. Source: CometBFT `statesync/`. */
export {Backfill, type BackfillModules, type ReceivedLightBlock} from './backfill.ts';
export {verifyEarlierHeader, type HeaderVerdict, type KnownValidators} from './earlierHeader.ts';
export {StateSyncError, type StateSyncErrorCode} from './errors.ts';
export * as syncLimits from './limits.ts';
export {LightStateProvider, type LightBlockSource, type LightStateProviderModules, type VerifiedChain} from './lightStateProvider.ts';
export type {RestoringApplication, ServingApplication, StateProvider} from './ports.ts';
export {StateSyncReactor, type StateSyncReactorModules} from './reactor.ts';
export {SnapshotPool, type PooledSnapshot} from './snapshotPool.ts';
export {Syncer, type SyncProgress, type SyncedState, type SyncerModules} from './syncer.ts';
