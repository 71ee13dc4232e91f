/** Collects admitted transactions for a moment and hands them to the network in bounded batches. */
import type {MempoolLimits} from './limits.ts';
import type {MempoolModules} from './types.ts';

export class GossipOutbox {
  private readonly limits: MempoolLimits;
  private readonly modules: Pick<MempoolModules, 'publish' | 'clock' | 'logger'>;
  private waiting: Uint8Array[] = [];
  private waitingBytes = 0;
  private cancelTimer: (() => void) | undefined;
  private isClosed = false;

  constructor(limits: MempoolLimits, modules: Pick<MempoolModules, 'publish' | 'clock' | 'logger'>) {
    this.limits = limits;
    this.modules = modules;
  }

  add(raw: Uint8Array): void {
    if (this.isClosed) return;
    const {gossipBatchCountMax, gossipBatchBytesMax, gossipDelayMs} = this.limits;
    if (this.waiting.length >= gossipBatchCountMax || this.waitingBytes + raw.length > gossipBatchBytesMax) this.flush();
    this.waiting.push(raw);
    this.waitingBytes += raw.length;
    this.cancelTimer ??= this.modules.clock.setTimer(gossipDelayMs, () => this.flush());
  }

  flush(): void {
    this.cancelTimer?.();
    this.cancelTimer = undefined;
    if (this.waiting.length === 0) return;
    const batch = this.waiting;
    this.waiting = [];
    this.waitingBytes = 0;
    try {
      this.modules.publish(batch);
    } catch (error) {
      // The transactions stay in the pool, and this node proposes them when its turn comes.
      this.modules.logger.warn({err: error, count: batch.length}, 'transactions could not be published');
    }
  }

  close(): void {
    this.isClosed = true;
    this.cancelTimer?.();
    this.cancelTimer = undefined;
    this.waiting = [];
  }
}
