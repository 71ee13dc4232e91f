export {Mempool} from './mempool.ts';
export {PoolError, type PoolErrorCode} from './errors.ts';
export {LocalJournal, type JournalFile} from './journal.ts';
export type {ReloadReport} from './reload.ts';
export {DEFAULT_MEMPOOL_LIMITS, type MempoolLimits} from './limits.ts';
export type {
  DropReason,
  GossipOutcome,
  MempoolClock,
  MempoolLogger,
  MempoolMetrics,
  MempoolModules,
  MempoolOptions,
  TransactionOrigin,
} from './types.ts';
