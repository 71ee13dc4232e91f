import type {ApplySnapshotChunkRequest, ApplySnapshotChunkResponse, ConsensusState, InfoResponse, LoadSnapshotChunkRequest, OfferSnapshotRequest, OfferSnapshotResult, Snapshot} from '#consensus/engine';
import type {Commit} from '#proto';

/** What is known of the chain without its blocks, verified. Source: CometBFT `statesync/stateprovider.go`. */
export interface StateProvider {
  /** After block `height`. Rejects when it cannot be verified, or is not there yet. */
  appHash(height: bigint): Promise<Uint8Array>;
  /** Of block `height`. */
  commit(height: bigint): Promise<Commit>;
  /** After block `height`, as a node that executed it would have it. */
  state(height: bigint): Promise<ConsensusState>;
}

/** The application of a node that syncs. */
export interface RestoringApplication {
  info(): Promise<InfoResponse>;
  offerSnapshot(request: OfferSnapshotRequest): Promise<OfferSnapshotResult>;
  applySnapshotChunk(request: ApplySnapshotChunkRequest): Promise<ApplySnapshotChunkResponse>;
}

/** The application of a node that serves snapshots. */
export interface ServingApplication {
  listSnapshots(): Promise<readonly Snapshot[]>;
  loadSnapshotChunk(request: LoadSnapshotChunkRequest): Promise<Uint8Array | undefined>;
}
