/** What the CometBFT RPC asks of the node. `node/app` implements it from the engine's stores, the application and the pool. */
import type {BlockResults, InfoResponse, QueryRequest, QueryResponse} from '#consensus/engine';
import type {Block, BlockMeta, Commit, ConsensusParams, GenesisDoc, PublicKey, ValidatorSet} from '#proto';

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

/** Outcome of the pool's check. Code 0: admitted. */
export interface TxCheck {
  readonly code: number;
  readonly log: string;
  readonly codespace: string;
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
  /** Checks, admits and gossips. Rejects only when the pool itself cannot answer (for example because it is full). */
  submit(tx: Uint8Array): Promise<TxCheck>;
  abciInfo(): Promise<InfoResponse>;
  abciQuery(request: QueryRequest): Promise<QueryResponse>;
}
