import {collectDefaultMetrics, Counter, Gauge, Histogram, Registry} from 'prom-client';

/** Every metric of the node, by name. Prefix `qanat_`; units last in names, as Prometheus asks. */
export interface NodeMetrics {
  readonly registry: Registry;
  readonly consensusHeight: Gauge;
  readonly consensusRound: Gauge;
  readonly consensusRoundsTotal: Counter;
  readonly blockTransactionsTotal: Counter;
  readonly blockGasUsedTotal: Counter;
  readonly blockIntervalSeconds: Histogram;
  readonly blockExecutionSeconds: Histogram;
  readonly peers: Gauge;
  readonly mempoolTransactions: Gauge;
  readonly rpcRequestsTotal: Counter<'method' | 'outcome'>;
}

export function createMetrics(): NodeMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({register: registry, prefix: 'qanat_'});
  const buckets = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];
  return {
    registry,
    consensusHeight: new Gauge({name: 'qanat_consensus_height', help: 'Height of the last committed block.', registers}),
    consensusRound: new Gauge({name: 'qanat_consensus_round', help: 'Round of the height in progress.', registers}),
    consensusRoundsTotal: new Counter({name: 'qanat_consensus_rounds_total', help: 'Rounds entered after round 0 of a height.', registers}),
    blockTransactionsTotal: new Counter({name: 'qanat_block_transactions_total', help: 'Transactions in committed blocks.', registers}),
    blockGasUsedTotal: new Counter({name: 'qanat_block_gas_used_total', help: 'Gas used by committed blocks.', registers}),
    blockIntervalSeconds: new Histogram({name: 'qanat_block_interval_seconds', help: 'Time between commits as seen by this node.', buckets, registers}),
    blockExecutionSeconds: new Histogram({name: 'qanat_block_execution_seconds', help: 'Time to execute a block.', buckets, registers}),
    peers: new Gauge({name: 'qanat_p2p_peers', help: 'Connected peers.', registers}),
    mempoolTransactions: new Gauge({name: 'qanat_mempool_transactions', help: 'Transactions waiting in the pool.', registers}),
    rpcRequestsTotal: new Counter({
      name: 'qanat_rpc_requests_total',
      help: 'Ethereum JSON-RPC requests.',
      labelNames: ['method', 'outcome'] as const,
      registers,
    }),
  };
}
