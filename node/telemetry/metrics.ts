import {collectDefaultMetrics, Counter, Gauge, Histogram, Registry} from 'prom-client';

/** Every metric of the node, by name. Prefix `qanat_`; units last in names, as Prometheus asks. */
export interface NodeMetrics {
  readonly registry: Registry;
  readonly consensusHeight: Gauge;
  readonly consensusSyncing: Gauge;
  readonly consensusRound: Gauge;
  readonly consensusRoundsTotal: Counter;
  readonly blockTransactionsTotal: Counter;
  readonly blockGasUsedTotal: Counter;
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
}

export function createMetrics(): NodeMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({register: registry, prefix: 'qanat_'});
  const buckets = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];
  return {
    registry,
    consensusHeight: new Gauge({name: 'qanat_consensus_height', help: 'Height of the last committed block.', registers}),
    consensusSyncing: new Gauge({name: 'qanat_consensus_syncing', help: '1 while blocks that others decided are synced and consensus rests, else 0.', registers}),
    consensusRound: new Gauge({name: 'qanat_consensus_round', help: 'Round of the height in progress.', registers}),
    consensusRoundsTotal: new Counter({name: 'qanat_consensus_rounds_total', help: 'Rounds entered after round 0 of a height.', registers}),
    blockTransactionsTotal: new Counter({name: 'qanat_block_transactions_total', help: 'Transactions in committed blocks.', registers}),
    blockGasUsedTotal: new Counter({name: 'qanat_block_gas_used_total', help: 'Gas used by committed blocks.', registers}),
    blockIntervalSeconds: new Histogram({name: 'qanat_block_interval_seconds', help: 'Time between commits as seen by this node.', buckets, registers}),
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
  };
}
