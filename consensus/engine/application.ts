/**
 * The interface between consensus and execution, in the shape of ABCI 2.0
 * (CometBFT spec/abci/abci++_methods.md). The engine calls it from one loop: never two calls at a time,
 * `query`, `listSnapshots` and `loadSnapshotChunk` excepted, which may be called at any moment.
 */
import type {AbciEvent, Commit, ConsensusParams, Evidence, ExecTxResult, Timestamp, ValidatorUpdate} from '#proto';

export interface InfoResponse {
  readonly version: string;
  readonly appVersion: bigint;
  /** 0 before InitChain has been committed. */
  readonly lastBlockHeight: bigint;
  readonly lastBlockAppHash: Uint8Array;
}

export interface InitChainRequest {
  readonly time: Timestamp;
  readonly chainId: string;
  readonly consensusParams: ConsensusParams;
  readonly validators: readonly ValidatorUpdate[];
  readonly appState: unknown;
  readonly initialHeight: bigint;
}

export interface InitChainResponse {
  readonly consensusParams?: ConsensusParams;
  /** Empty: keep those of the genesis document. */
  readonly validators: readonly ValidatorUpdate[];
  readonly appHash: Uint8Array;
}

export interface PrepareProposalRequest {
  readonly maxTxBytes: bigint;
  readonly txs: readonly Uint8Array[];
  readonly height: bigint;
  readonly time: Timestamp;
  readonly proposerAddress: Uint8Array;
}

export interface ProcessProposalRequest {
  readonly txs: readonly Uint8Array[];
  readonly hash: Uint8Array;
  readonly height: bigint;
  readonly time: Timestamp;
  readonly proposerAddress: Uint8Array;
}

export interface Misbehavior {
  readonly type: 'duplicateVote' | 'lightClientAttack';
  readonly validatorAddress: Uint8Array;
  readonly validatorPower: bigint;
  readonly height: bigint;
  readonly time: Timestamp;
  readonly totalVotingPower: bigint;
}

export interface FinalizeBlockRequest {
  readonly txs: readonly Uint8Array[];
  readonly decidedLastCommit: Commit;
  readonly misbehavior: readonly Misbehavior[];
  readonly evidence: readonly Evidence[];
  /** Hash of the Comet header. */
  readonly hash: Uint8Array;
  readonly height: bigint;
  readonly time: Timestamp;
  readonly nextValidatorsHash: Uint8Array;
  readonly proposerAddress: Uint8Array;
}

export interface FinalizeBlockResponse {
  readonly txResults: readonly ExecTxResult[];
  readonly validatorUpdates: readonly ValidatorUpdate[];
  readonly consensusParamUpdates?: ConsensusParams;
  readonly appHash: Uint8Array;
  /** What the block as a whole did, for indexes and subscribers. */
  readonly events?: readonly AbciEvent[];
}

export interface CommitResponse {
  readonly retainHeight: bigint;
}

export interface QueryRequest {
  readonly path: string;
  readonly data: Uint8Array;
  readonly height: bigint;
  readonly prove: boolean;
}

export interface QueryResponse {
  readonly code: number;
  readonly log: string;
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly height: bigint;
  readonly codespace: string;
}

/** A state of the application that peers can fetch, in chunks. `metadata` belongs to the application. */
export interface Snapshot {
  readonly height: bigint;
  readonly format: number;
  readonly chunks: number;
  readonly hash: Uint8Array;
  readonly metadata: Uint8Array;
}

/** ABORT: no snapshot at all. REJECT: another one. REJECT_FORMAT: none of this format. REJECT_SENDER: none of those who offer it. */
export type OfferSnapshotResult = 'ACCEPT' | 'ABORT' | 'REJECT' | 'REJECT_FORMAT' | 'REJECT_SENDER';

export interface OfferSnapshotRequest {
  readonly snapshot: Snapshot;
  /** After the block of the snapshot, as a light client verified it: what the restored state is held against. */
  readonly appHash: Uint8Array;
}

export interface LoadSnapshotChunkRequest {
  readonly height: bigint;
  readonly format: number;
  readonly chunk: number;
}

export interface ApplySnapshotChunkRequest {
  readonly index: number;
  readonly chunk: Uint8Array;
  /** The peer that it came from. */
  readonly sender: string;
}

/** RETRY: this chunk again. RETRY_SNAPSHOT: from the first chunk again. REJECT_SNAPSHOT: another snapshot. */
export type ApplySnapshotChunkResult = 'ACCEPT' | 'ABORT' | 'RETRY' | 'RETRY_SNAPSHOT' | 'REJECT_SNAPSHOT';

export interface ApplySnapshotChunkResponse {
  readonly result: ApplySnapshotChunkResult;
  /** To be fetched and applied again. */
  readonly refetchChunks: readonly number[];
  /** Nothing more is taken from these. */
  readonly rejectSenders: readonly string[];
}

export interface Application {
  info(): Promise<InfoResponse>;
  initChain(request: InitChainRequest): Promise<InitChainResponse>;
  /** Chooses and orders what fits; may drop transactions that can no longer be executed. */
  prepareProposal(request: PrepareProposalRequest): Promise<readonly Uint8Array[]>;
  /** true: accept. Deterministic: a function of the request and of the committed state. */
  processProposal(request: ProcessProposalRequest): Promise<boolean>;
  /** Executes; nothing is durable before `commit`. Called again for the same height after a crash. */
  finalizeBlock(request: FinalizeBlockRequest): Promise<FinalizeBlockResponse>;
  commit(): Promise<CommitResponse>;
  query(request: QueryRequest): Promise<QueryResponse>;
  /** Like `loadSnapshotChunk`, at any moment. */
  listSnapshots(): Promise<readonly Snapshot[]>;
  /** Only while the application has no block of its own. */
  offerSnapshot(request: OfferSnapshotRequest): Promise<OfferSnapshotResult>;
  /** undefined: not (any more) here. */
  loadSnapshotChunk(request: LoadSnapshotChunkRequest): Promise<Uint8Array | undefined>;
  /** In order, from 0. With the last, `info` gives the height and the app hash of the snapshot. */
  applySnapshotChunk(request: ApplySnapshotChunkRequest): Promise<ApplySnapshotChunkResponse>;
}
