/** What the CometBFT RPC asks of the node. `node/app` implements it from the engine's stores, the application and the pool. */
import type {BlockResults, ConsensusDump, ConsensusEvent, EvidenceSubmission, InfoResponse, QueryRequest, QueryResponse} from '#consensus/engine';
import type {Block, BlockMeta, Commit, ConsensusParams, Evidence, GenesisDoc, PublicKey, Timestamp, ValidatorSet} from '#proto';
import type {CommittedBlock, NewStep} from './events/chain-events.ts';
import type {Indexer} from './indexer/indexer.ts';

export interface NodeInfo {
  /** 20 bytes as hex: clients parse it as such. */
  readonly id: string;
  /** For example `tcp://127.0.0.1:26656`. */
  readonly listenAddress: string;
  /** Must begin with `0.38.`: clients choose their dialect by it. */
  readonly version: string;
  readonly moniker: string;
  /** Hex of the channel ids, one byte each. */
  readonly channels: string;
  readonly rpcAddress: string;
  /** Application protocol version. */
  readonly appVersion: bigint;
}

export interface PeerInfo {
  /** 20 bytes as hex. */
  readonly id: string;
  readonly moniker: string;
  readonly listenAddress: string;
  readonly remoteIp: string;
  readonly isOutbound: boolean;
}

/** Outcome of the pool's check. Code 0: admitted, or admissible. */
export interface TxCheck {
  readonly code: number;
  readonly log: string;
  readonly codespace: string;
  /** Default 0. */
  readonly gasWanted?: bigint;
}

/** What the node tells those who subscribe. */
export interface ChainListener {
  committed(block: CommittedBlock): void;
  step(step: NewStep): void;
  consensus(event: ConsensusEvent): void;
}

export interface CometBackend {
  readonly genesis: GenesisDoc;
  nodeInfo(): NodeInfo;
  peers(): readonly PeerInfo[];
  isListening(): boolean;
  isCatchingUp(): boolean;
  /** The key that this node signs with; undefined on a node that only follows. */
  validatorKey(): PublicKey | undefined;

  /** Lowest stored height; 0 before the first block. */
  base(): bigint;
  /** Lowest height whose header, commit and validators are stored; below `base` after a state sync. */
  headerBase(): bigint;
  /** Last committed height; 0 before the first block. */
  height(): bigint;
  blockMeta(height: bigint): BlockMeta | undefined;
  block(height: bigint): Block | undefined;
  heightByHash(hash: Uint8Array): bigint | undefined;
  /** The commit of `height` as the next block holds it. */
  commit(height: bigint): Commit | undefined;
  /** +2/3 precommits as this node saw them. */
  seenCommit(height: bigint): Commit | undefined;
  /** The set that decides `height`; known one height ahead of the chain. */
  validators(height: bigint): ValidatorSet | undefined;
  consensusParams(height: bigint): ConsensusParams | undefined;
  blockResults(height: bigint): BlockResults | undefined;

  pool(): {readonly count: number; readonly bytes: number};
  /** In the order in which they may be included; at most `limit`. */
  unconfirmed(limit: number): readonly Uint8Array[];
  /** The pool's check without admission. */
  checkTx(tx: Uint8Array): Promise<TxCheck>;
  /** Checks, admits and gossips. Rejects only when the pool itself cannot answer (for example because it is full). */
  submit(tx: Uint8Array): Promise<TxCheck>;
  abciInfo(): Promise<InfoResponse>;
  abciQuery(request: QueryRequest): Promise<QueryResponse>;

  /** undefined before the engine runs. */
  consensusState(): CometConsensusState | undefined;
  submitEvidence(evidence: Evidence): Promise<EvidenceSubmission>;
  /** undefined: transactions are not indexed. */
  readonly index: Indexer | undefined;
  /** Returns the function that ends it. */
  listen(listener: ChainListener): () => void;
}

/** The height being decided, and where the peers are; their ids as `id@address`. */
export interface CometConsensusState extends ConsensusDump {
  /** When the first round of this height was to begin. */
  readonly startTime: Timestamp;
  readonly commitTime: Timestamp;
}
