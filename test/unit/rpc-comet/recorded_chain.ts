/** A backend that holds what a CometBFT 0.38 node answered: ten headers, blocks 1 and 10, the genesis document, one validator. */
import type {BlockResults, EvidenceSubmission, InfoResponse, QueryRequest, QueryResponse} from '#consensus/engine';
import type {ChainListener, CometBackend, CometConsensusState, CommittedBlock, Indexer, NodeInfo, PeerInfo, TxCheck} from '#node/rpc/comet';
import {
  equalBytes,
  evidenceId,
  fromBase64,
  fromHex,
  genesisFromJson,
  toHex,
  type Block,
  type BlockID,
  type BlockMeta,
  type Commit,
  type ConsensusParams,
  type Evidence,
  type GenesisDoc,
  type PublicKey,
  type ValidatorSet,
} from '#proto';
import {blockFromJson, blockIdFromJson, commitFromJson, headerFromJson, rpcResult} from '../proto/comet_json.ts';

// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Json = any;

export class RecordedChain implements CometBackend {
  readonly genesis: GenesisDoc = genesisFromJson(rpcResult('genesis').genesis);
  readonly submitted: Uint8Array[] = [];
  readonly queries: QueryRequest[] = [];
  /** What a test changes about the chain. */
  latest = 10n;
  lowest = 1n;
  /** When there are headers below `lowest`. */
  lowestHeader: bigint | undefined;
  catchingUp = false;
  connected: readonly PeerInfo[] = [];
  check: TxCheck = {code: 0, log: '', codespace: ''};
  refusal: Error | undefined;
  answers: 'recorded' | 'broken' = 'recorded';
  waiting: readonly Uint8Array[] = [];
  index: Indexer | undefined;
  consensus: CometConsensusState | undefined;
  readonly evidence: Evidence[] = [];
  evidenceRefusal: EvidenceSubmission | undefined;
  readonly listeners = new Set<ChainListener>();

  readonly #metas: Map<bigint, BlockMeta>;
  readonly #blocks: Map<bigint, Block>;

  constructor() {
    const metas: BlockMeta[] = rpcResult('blockchain_from_1_to_10').block_metas.map((meta: Json) => ({
      blockId: blockIdFromJson(meta.block_id),
      blockSize: BigInt(meta.block_size),
      header: headerFromJson(meta.header),
      numTxs: BigInt(meta.num_txs),
    }));
    this.#metas = new Map(metas.map((meta) => [meta.header.height, meta]));
    this.#blocks = new Map(['block_at_height_1', 'block_at_height_10'].map((name) => blockFromJson(rpcResult(name).block)).map((block) => [block.header.height, block]));
  }

  nodeInfo(): NodeInfo {
    const {node_info: info} = rpcResult('status');
    return {
      id: info.id,
      listenAddress: info.listen_addr,
      version: info.version,
      moniker: info.moniker,
      channels: info.channels,
      rpcAddress: info.other.rpc_address,
      appVersion: BigInt(info.protocol_version.app),
    };
  }

  peers(): readonly PeerInfo[] {
    return this.connected;
  }

  isListening(): boolean {
    return true;
  }

  isCatchingUp(): boolean {
    return this.catchingUp;
  }

  validatorKey(): PublicKey | undefined {
    return this.genesis.validators[0]?.publicKey;
  }

  headerBase(): bigint {
    return this.lowestHeader ?? this.lowest;
  }

  base(): bigint {
    return this.latest === 0n ? 0n : this.lowest;
  }

  height(): bigint {
    return this.latest;
  }

  blockMeta(height: bigint): BlockMeta | undefined {
    return this.#metas.get(height);
  }

  block(height: bigint): Block | undefined {
    return this.#blocks.get(height);
  }

  heightByHash(hash: Uint8Array): bigint | undefined {
    return [...this.#metas.values()].find((meta) => equalBytes(meta.blockId.hash, hash))?.header.height;
  }

  commit(height: bigint): Commit | undefined {
    if (height === 10n) return commitFromJson(rpcResult('commit_at_height_10').signed_header.commit);
    return height === 9n ? this.#blocks.get(10n)?.lastCommit : undefined;
  }

  seenCommit(height: bigint): Commit | undefined {
    return this.commit(height);
  }

  validators(height: bigint): ValidatorSet | undefined {
    if (height > this.latest + 1n) return undefined;
    const validators = this.genesis.validators.map(({address, publicKey, power}) => ({address, publicKey, votingPower: power, proposerPriority: 0n}));
    const [proposer] = validators;
    return proposer === undefined ? undefined : {validators, proposer, totalVotingPower: proposer.votingPower};
  }

  consensusParams(): ConsensusParams {
    return this.genesis.consensusParams;
  }

  blockResults(height: bigint): BlockResults | undefined {
    if (this.answers === 'broken') return undefined;
    return {height, txResults: [], validatorUpdates: [], appHash: new Uint8Array(0)};
  }

  pool(): {count: number; bytes: number} {
    return {count: 3, bytes: 420};
  }

  async submit(tx: Uint8Array): Promise<TxCheck> {
    if (this.refusal !== undefined) throw this.refusal;
    this.submitted.push(tx);
    return this.check;
  }

  async abciInfo(): Promise<InfoResponse> {
    const {response} = rpcResult('abci_info');
    return {
      version: response.version,
      appVersion: BigInt(response.app_version),
      lastBlockHeight: BigInt(response.last_block_height),
      lastBlockAppHash: fromBase64(response.last_block_app_hash),
    };
  }

  async abciQuery(request: QueryRequest): Promise<QueryResponse> {
    this.queries.push(request);
    const name = equalBytes(request.data, fromHex('747830')) ? 'abci_query_with_existing_key' : 'abci_query_with_non_existent_key';
    if (toHex(request.data) === 'ff') throw new Error('the store is gone');
    const {response} = rpcResult(name);
    return {
      code: response.code,
      log: response.log,
      key: fromBase64(response.key),
      value: fromBase64(response.value ?? ''),
      height: BigInt(response.height),
      codespace: response.codespace,
    };
  }

  unconfirmed(limit: number): readonly Uint8Array[] {
    return this.waiting.slice(0, limit);
  }

  async checkTx(): Promise<TxCheck> {
    return this.check;
  }

  consensusState(): CometConsensusState | undefined {
    return this.consensus;
  }

  async submitEvidence(evidence: Evidence): Promise<EvidenceSubmission> {
    this.evidence.push(evidence);
    return this.evidenceRefusal ?? {hash: evidenceId(evidence)};
  }

  listen(listener: ChainListener): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** Adds a block that some other answer holds. */
  add(blockId: BlockID, block: Block): void {
    const {height} = block.header;
    this.#metas.set(height, {blockId, blockSize: 0n, header: block.header, numTxs: BigInt(block.txs.length)});
    this.#blocks.set(height, block);
  }

  /** Tells subscribers of a block. */
  commitBlock(block: CommittedBlock): void {
    for (const listener of this.listeners) listener.committed(block);
  }
}
