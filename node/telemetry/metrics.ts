import {collectDefaultMetrics, Counter, Gauge, Histogram, Registry} from 'prom-client';

/** Every metric of the node, by name. Prefix `qanat_`; units last in names, as Prometheus asks. */
export interface NodeMetrics {
  readonly registry: Registry;
  readonly consensusHeight: Gauge;
  readonly consensusSyncing: Gauge;
  readonly consensusRound: Gauge;
  readonly consensusRoundsTotal: Counter;
  readonly consensusStepSeconds: Histogram<'step'>;
  readonly consensusValidators: Gauge;
  readonly consensusValidatorsPower: Gauge;
  readonly consensusMissingValidators: Gauge;
  readonly consensusMissingValidatorsPower: Gauge;
  readonly consensusByzantineValidatorsTotal: Counter;
  readonly consensusOwnPower: Gauge;
  readonly consensusLastSignedHeight: Gauge;
  readonly consensusMissedBlocksTotal: Counter;
  readonly consensusOwnVoteOffsetSeconds: Gauge;
  readonly consensusOwnEquivocationsTotal: Counter;
  readonly consensusSignerRefusalsTotal: Counter<'code'>;
  readonly consensusWalSyncSeconds: Histogram;
  readonly consensusHaltsTotal: Counter;
  readonly evidencePending: Gauge;
  readonly blockTransactionsTotal: Counter;
  readonly blockGasUsedTotal: Counter;
  readonly blockSizeBytes: Histogram;
  readonly blockIntervalSeconds: Histogram;
  readonly blockExecutionSeconds: Histogram;
  readonly peers: Gauge;
  readonly p2pBansTotal: Counter;
  readonly p2pDisconnectsTotal: Counter;
  readonly p2pThrottledTotal: Counter<'channel'>;
  readonly p2pRefusedSendsTotal: Counter<'channel'>;
  readonly p2pAddressBookSize: Gauge<'bucket'>;
  readonly p2pPeersByDirection: Gauge<'direction'>;
  readonly p2pMessagesTotal: Counter<'channel' | 'direction'>;
  readonly p2pBytesTotal: Counter<'channel' | 'direction'>;
  readonly mempoolTransactions: Gauge<'state'>;
  readonly mempoolBytes: Gauge;
  readonly mempoolAdmittedTotal: Counter<'origin'>;
  readonly mempoolRefusedTotal: Counter<'origin' | 'code'>;
  readonly mempoolDroppedTotal: Counter<'reason'>;
  readonly rpcRequestsTotal: Counter<'method' | 'code'>;
  readonly rpcRequestSeconds: Histogram;
  readonly rpcConnections: Gauge<'transport'>;
  readonly rpcSubscriptions: Gauge;
  readonly cometRequestsTotal: Counter<'method' | 'code'>;
  readonly cometRequestSeconds: Histogram;
  readonly cometWebSockets: Gauge;
  readonly cometSubscriptions: Gauge;
  readonly txIndexLagBlocks: Gauge;
  readonly stateSyncChunks: Gauge;
  readonly stateSyncChunksApplied: Gauge;
  readonly stateSyncHeaderMissing: Gauge;
  readonly storageBytes: Gauge<'store'>;
  readonly storageFreeBytes: Gauge;
  readonly buildInfo: Gauge<'version'>;
}

export function createMetrics(): NodeMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({register: registry, prefix: 'qanat_'});
  const buckets = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];
  const intervalBuckets = [...buckets, 20, 30, 60];
  return {
    registry,
    consensusHeight: new Gauge({name: 'qanat_consensus_height', help: 'Height of the last committed block.', registers}),
    consensusSyncing: new Gauge({name: 'qanat_consensus_syncing', help: '1 while blocks that others decided are synced and consensus rests, else 0.', registers}),
    consensusRound: new Gauge({name: 'qanat_consensus_round', help: 'Round of the height in progress.', registers}),
    consensusRoundsTotal: new Counter({name: 'qanat_consensus_rounds_total', help: 'Rounds entered after round 0 of a height.', registers}),
    consensusStepSeconds: new Histogram({name: 'qanat_consensus_step_seconds', help: 'Time spent in a step: newHeight (the pause before a height, long when no block is due), propose, prevote, precommit, commit (execution and storage).', labelNames: ['step'] as const, buckets: intervalBuckets, registers}),
    consensusValidators: new Gauge({name: 'qanat_consensus_validators', help: 'Validators that decided the last block.', registers}),
    consensusValidatorsPower: new Gauge({name: 'qanat_consensus_validators_power', help: 'Voting power of the validators that decided the last block.', registers}),
    consensusMissingValidators: new Gauge({name: 'qanat_consensus_missing_validators', help: 'Validators without a signature in the LastCommit of the last block.', registers}),
    consensusMissingValidatorsPower: new Gauge({name: 'qanat_consensus_missing_validators_power', help: 'Voting power without a signature in the LastCommit of the last block.', registers}),
    consensusByzantineValidatorsTotal: new Counter({name: 'qanat_consensus_byzantine_validators_total', help: 'Validators that evidence in committed blocks proves guilty.', registers}),
    consensusOwnPower: new Gauge({name: 'qanat_consensus_own_power', help: 'Voting power of this validator at the last block; 0 on a full node.', registers}),
    consensusLastSignedHeight: new Gauge({name: 'qanat_consensus_last_signed_height', help: 'Last height whose canonical commit holds a precommit of this validator.', registers}),
    consensusMissedBlocksTotal: new Counter({name: 'qanat_consensus_missed_blocks_total', help: 'Heights whose canonical commit lacks the precommit of this validator.', registers}),
    consensusOwnVoteOffsetSeconds: new Gauge({name: 'qanat_consensus_own_vote_offset_seconds', help: 'Time of the own precommit less the weighted median of all, in the last commit that holds one: how far the own clock is from the others.', registers}),
    consensusOwnEquivocationsTotal: new Counter({name: 'qanat_consensus_own_equivocations_total', help: 'Conflicting votes of the own key that came from elsewhere: a second node signs with it, or the last-sign state was lost.', registers}),
    consensusSignerRefusalsTotal: new Counter({name: 'qanat_consensus_signer_refusals_total', help: 'Signatures that the signer refused, since they could conflict with an earlier one.', labelNames: ['code'] as const, registers}),
    consensusWalSyncSeconds: new Histogram({name: 'qanat_consensus_wal_sync_seconds', help: 'Time to make the write-ahead log durable.', buckets: [0.0001, 0.0002, 0.0005, ...buckets], registers}),
    consensusHaltsTotal: new Counter({name: 'qanat_consensus_halts_total', help: 'Consensus has stopped itself; the process ends soon after.', registers}),
    evidencePending: new Gauge({name: 'qanat_evidence_pending', help: 'Pieces of evidence that wait for a block.', registers}),
    blockTransactionsTotal: new Counter({name: 'qanat_block_transactions_total', help: 'Transactions in committed blocks.', registers}),
    blockGasUsedTotal: new Counter({name: 'qanat_block_gas_used_total', help: 'Gas used by committed blocks.', registers}),
    blockSizeBytes: new Histogram({name: 'qanat_block_size_bytes', help: 'Size of committed blocks.', buckets: [512, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216], registers}),
    blockIntervalSeconds: new Histogram({name: 'qanat_block_interval_seconds', help: 'Time between commits as seen by this node.', buckets: intervalBuckets, registers}),
    blockExecutionSeconds: new Histogram({name: 'qanat_block_execution_seconds', help: 'Time to execute a block.', buckets, registers}),
    peers: new Gauge({name: 'qanat_p2p_peers', help: 'Connected peers.', registers}),
    p2pBansTotal: new Counter({name: 'qanat_p2p_bans_total', help: 'Peers banned.', registers}),
    p2pDisconnectsTotal: new Counter({name: 'qanat_p2p_disconnects_total', help: 'Connections to peers that ended.', registers}),
    p2pThrottledTotal: new Counter({name: 'qanat_p2p_throttled_total', help: 'Pauses in reading from peers that exceeded the rate of a channel.', labelNames: ['channel'] as const, registers}),
    p2pRefusedSendsTotal: new Counter({name: 'qanat_p2p_refused_sends_total', help: 'Messages that found the queue to a peer full.', labelNames: ['channel'] as const, registers}),
    p2pAddressBookSize: new Gauge({name: 'qanat_p2p_address_book_size', help: 'Addresses in the book: new ones have not answered yet, tried ones have.', labelNames: ['bucket'] as const, registers}),
    p2pPeersByDirection: new Gauge({name: 'qanat_p2p_peers_by_direction', help: 'Connected peers by who dialled.', labelNames: ['direction'] as const, registers}),
    p2pMessagesTotal: new Counter({name: 'qanat_p2p_messages_total', help: 'Messages by channel.', labelNames: ['channel', 'direction'] as const, registers}),
    p2pBytesTotal: new Counter({name: 'qanat_p2p_bytes_total', help: 'Bytes of messages by channel.', labelNames: ['channel', 'direction'] as const, registers}),
    mempoolTransactions: new Gauge({name: 'qanat_mempool_transactions', help: 'Transactions that wait: pending ones can be included, queued ones cannot yet.', labelNames: ['state'] as const, registers}),
    mempoolBytes: new Gauge({name: 'qanat_mempool_bytes', help: 'Bytes of the transactions that wait.', registers}),
    mempoolAdmittedTotal: new Counter({name: 'qanat_mempool_admitted_total', help: 'Transactions taken into the pool.', labelNames: ['origin'] as const, registers}),
    mempoolRefusedTotal: new Counter({name: 'qanat_mempool_refused_total', help: 'Transactions refused by the pool.', labelNames: ['origin', 'code'] as const, registers}),
    mempoolDroppedTotal: new Counter({name: 'qanat_mempool_dropped_total', help: 'Transactions that left the pool.', labelNames: ['reason'] as const, registers}),
    rpcRequestsTotal: new Counter({name: 'qanat_rpc_requests_total', help: 'Ethereum JSON-RPC requests; code 0 is a result.', labelNames: ['method', 'code'] as const, registers}),
    rpcRequestSeconds: new Histogram({name: 'qanat_rpc_request_seconds', help: 'Time to answer an Ethereum JSON-RPC request.', buckets, registers}),
    rpcConnections: new Gauge({name: 'qanat_rpc_connections', help: 'Open connections to the Ethereum JSON-RPC.', labelNames: ['transport'] as const, registers}),
    rpcSubscriptions: new Gauge({name: 'qanat_rpc_subscriptions', help: 'WebSocket subscriptions.', registers}),
    cometRequestsTotal: new Counter({name: 'qanat_comet_requests_total', help: 'CometBFT RPC calls of methods that are served; code 0 is a result.', labelNames: ['method', 'code'] as const, registers}),
    cometRequestSeconds: new Histogram({name: 'qanat_comet_request_seconds', help: 'Time to answer a CometBFT RPC call; broadcast_tx_commit waits for its block.', buckets, registers}),
    cometWebSockets: new Gauge({name: 'qanat_comet_websockets', help: 'Open WebSockets of the CometBFT RPC.', registers}),
    cometSubscriptions: new Gauge({name: 'qanat_comet_subscriptions', help: 'Subscriptions of the CometBFT RPC.', registers}),
    txIndexLagBlocks: new Gauge({name: 'qanat_tx_index_lag_blocks', help: 'Blocks that the transaction index is behind the chain.', registers}),
    stateSyncChunks: new Gauge({name: 'qanat_state_sync_chunks', help: 'Chunks of the snapshot being restored; 0 when there is none.', registers}),
    stateSyncChunksApplied: new Gauge({name: 'qanat_state_sync_chunks_applied', help: 'Chunks of the snapshot being restored that are applied.', registers}),
    stateSyncHeaderMissing: new Gauge({name: 'qanat_state_sync_header_missing', help: 'Height of the highest header before the snapshot that is still to be fetched; 0 when there is none.', registers}),
    storageBytes: new Gauge({name: 'qanat_storage_bytes', help: 'Bytes on disk, by folder of data/; looked up every few minutes.', labelNames: ['store'] as const, registers}),
    storageFreeBytes: new Gauge({name: 'qanat_storage_free_bytes', help: 'Bytes that the node may still write to the disk of data/; looked up every few minutes.', registers}),
    buildInfo: new Gauge({name: 'qanat_build_info', help: '1, with the version of the software.', labelNames: ['version'] as const, registers}),
  };
}
