/** The consensus engine: loop, write-ahead log, signer, stores, gossip, and the ports through which it reaches its surroundings. */
export * from './application.ts';
export * from './ports.ts';
export {
  DEFAULT_ENGINE_OPTIONS,
  type BlockResults,
  type ConsensusDump,
  type EngineModules,
  type EngineOptions,
  type EvidenceSubmission,
  type GossipOptions,
  type PeerRoundState,
  type RoundStateSnapshot,
} from './api.ts';
export {ConsensusEngine} from './engine.ts';
export {EngineError, type EngineErrorCode} from './errors.ts';
export {FsAtomicFile} from './files/atomicFile.ts';
export {FileLog} from './files/fileLog.ts';
export {SystemClock} from './files/systemClock.ts';
export {SignerError, type SignerErrorCode} from './signer/errors.ts';
export {FileSigner} from './signer/fileSigner.ts';
export {ValidatorKey} from './signer/validatorKey.ts';
export {BlockStore} from './store/blockStore.ts';
export {StateStore} from './store/stateStore.ts';
export {HeaderBackfill, type BackfilledHeader, type StoredLightBlock} from './execution/backfill.ts';
export {type BackfillPosition, type EarlierHeader} from './store/earlierHeaders.ts';
export {rollback, type RolledBack} from './execution/rollback.ts';
export {finalizeRequest} from './execution/blockExecutor.ts';
export {type ConsensusState} from './store/state.ts';
export * as engineLimits from './limits.ts';
