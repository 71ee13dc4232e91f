/** Who wants to hear of the pool: the proposer of work, at most once per block; others of every executable transaction. */
import type {Transaction} from '#node/execution';
import type {PooledTransaction} from './sender-queue.ts';
import type {MempoolLogger} from './types.ts';

export class PoolListeners {
  private readonly logger: MempoolLogger;
  private readonly available = new Set<() => void>();
  private readonly pending = new Set<(tx: Transaction) => void>();

  constructor(logger: MempoolLogger) {
    this.logger = logger;
  }

  onAvailable(fn: () => void): () => void {
    this.available.add(fn);
    return () => void this.available.delete(fn);
  }

  onPending(fn: (tx: Transaction) => void): () => void {
    this.pending.add(fn);
    return () => void this.pending.delete(fn);
  }

  tellAvailable(): void {
    for (const listener of this.available) this.guard(listener);
  }

  tellPending(items: readonly PooledTransaction[]): void {
    if (this.pending.size === 0) return;
    for (const {tx} of items) {
      for (const listener of this.pending) this.guard(() => listener(tx));
    }
  }

  clear(): void {
    this.available.clear();
    this.pending.clear();
  }

  private guard(fn: () => void): void {
    try {
      fn();
    } catch (error) {
      this.logger.error({err: error}, 'a listener of the transaction pool failed');
    }
  }
}
