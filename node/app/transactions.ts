/** The transaction pool of a node over its execution layer, with the journal of own submissions. */
import {FileLog} from '#consensus/engine';
import type {HomePaths} from '#node/config';
import type {Execution} from '#node/execution';
import {DEFAULT_MEMPOOL_LIMITS, LocalJournal, Mempool, type MempoolClock, type MempoolOptions} from '#node/mempool';
import type {Logger, NodeMetrics} from '#node/telemetry';
import {mempoolMetrics} from './observers.ts';

export interface PoolParts {
  readonly paths: HomePaths;
  readonly execution: Execution;
  readonly publish: (batch: readonly Uint8Array[]) => void;
  readonly clock: MempoolClock;
  readonly logger: Logger;
  readonly metrics: NodeMetrics;
  /** Default: that of the head block. */
  readonly blockGasLimit?: () => bigint;
}

export function createMempool(options: MempoolOptions, {paths, execution, publish, clock, logger, metrics, blockGasLimit}: PoolParts): Mempool {
  const {backend} = execution;
  return new Mempool(options, {
    decode: (raw) => execution.decode(raw),
    prepare: (raws) => execution.prepare(raws),
    state: () => execution.latest,
    baseFee: () => backend.baseFeeOfNextBlock(),
    blockGasLimit: blockGasLimit ?? (() => backend.head().header.gasLimit),
    intrinsicGas: ({to, data, accessList, authorizationList}) =>
      backend.intrinsicGas({data, accessList, authorizationList, ...(to === undefined ? {} : {to})}),
    publish,
    clock,
    logger,
    metrics: mempoolMetrics(metrics),
    journal: new LocalJournal(DEFAULT_MEMPOOL_LIMITS, {file: new FileLog(paths.localTransactions), logger}),
  });
}

/** Once there is a state to check them against. */
export async function reloadTransactions(mempool: Mempool, logger: Logger): Promise<void> {
  const {admitted, refused} = await mempool.reload(() => new Promise((resolve) => setImmediate(resolve)));
  const dropped = Object.values(refused).reduce((sum, count) => sum + count, 0);
  if (admitted + dropped > 0) logger.info({admitted, dropped, ...refused}, 'transactions of the journal are in the pool again');
}
