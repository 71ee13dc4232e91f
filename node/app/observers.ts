import type {EngineObserver} from '#consensus/engine';
import type {Execution} from '#node/execution';
import type {MempoolMetrics} from '#node/mempool';
import type {CometRpcMetrics} from '#node/rpc/comet';
import type {EthRpcMetrics} from '#node/rpc/eth';
import type {Logger, NodeMetrics} from '#node/telemetry';
import {consensusMetrics} from './consensus-metrics.ts';

/** Feeds what consensus does into the metrics; a halt is logged and handed on. */
export function engineObserver(metrics: NodeMetrics, logger: Logger, own: Uint8Array | undefined, onHalt: (error: Error) => void): EngineObserver {
  return {
    ...consensusMetrics(metrics, own),
    halted: (error) => {
      metrics.consensusHaltsTotal.inc();
      logger.error({error}, 'consensus has halted; this node signs nothing more');
      onHalt(error);
    },
  };
}

/** One log line and the metrics of every executed block. Returns the function that ends it. */
export function reportBlocks(execution: Execution, metrics: NodeMetrics, logger: Logger): () => void {
  let lastMs: number | undefined;
  return execution.onBlock(({block: {header, transactions}, executionMs}) => {
    logger.info({height: header.number, txs: transactions.length, gas: header.gasUsed, ms: Math.round(executionMs * 10) / 10}, 'block');
    metrics.blockTransactionsTotal.inc(transactions.length);
    metrics.blockGasUsedTotal.inc(Number(header.gasUsed));
    metrics.blockExecutionSeconds.observe(executionMs / 1000);
    const nowMs = performance.now();
    if (lastMs !== undefined) metrics.blockIntervalSeconds.observe((nowMs - lastMs) / 1000);
    lastMs = nowMs;
  });
}

export function mempoolMetrics(metrics: NodeMetrics): MempoolMetrics {
  return {
    size: (pending, queued, bytes) => {
      metrics.mempoolTransactions.set({state: 'pending'}, pending);
      metrics.mempoolTransactions.set({state: 'queued'}, queued);
      metrics.mempoolBytes.set(bytes);
    },
    admitted: (origin) => metrics.mempoolAdmittedTotal.inc({origin}),
    refused: (origin, code) => metrics.mempoolRefusedTotal.inc({origin, code}),
    dropped: (reason, count) => metrics.mempoolDroppedTotal.inc({reason}, count),
  };
}

export function ethRpcMetrics(metrics: NodeMetrics): EthRpcMetrics {
  return {
    request: (method, durationMs, code) => {
      metrics.rpcRequestsTotal.inc({method, code: String(code)});
      metrics.rpcRequestSeconds.observe(durationMs / 1000);
    },
    connections: (transport, count) => metrics.rpcConnections.set({transport}, count),
    subscriptions: (count) => metrics.rpcSubscriptions.set(count),
  };
}

export function cometRpcMetrics(metrics: NodeMetrics): CometRpcMetrics {
  return {
    request: (method) => {
      const startedMs = performance.now();
      return (code) => {
        metrics.cometRequestsTotal.inc({method, code: String(code)});
        metrics.cometRequestSeconds.observe((performance.now() - startedMs) / 1000);
      };
    },
  };
}
