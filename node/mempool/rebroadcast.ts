/**
 * Remembers which transactions came from this node's own users, and says which of them still wait after a while: gossip is best
 * effort, and a node that does not propose has no other way to bring them into a block.
 */
import type {Hash} from '#node/execution';

interface Entry {
  readonly hash: Hash;
  readonly dueMs: number;
}

export class Rebroadcast {
  private readonly intervalMs: number;
  private readonly countMax: number;
  /** In the order in which they fall due. */
  private waiting: Entry[] = [];

  constructor(options: {readonly intervalMs: number; readonly countMax: number}) {
    this.intervalMs = options.intervalMs;
    this.countMax = options.countMax;
  }

  /** Beyond the limit the oldest are forgotten: they have been published once. */
  remember(hash: Hash, nowMs: number): void {
    this.waiting.push({hash, dueMs: nowMs + this.intervalMs});
    if (this.waiting.length > 2 * this.countMax) this.waiting = this.waiting.slice(-this.countMax);
  }

  /** Up to `countMax` that are due and still wait, by `isPooled`; they fall due again after another interval. */
  take(nowMs: number, isPooled: (hash: Hash) => boolean): Hash[] {
    const taken: Hash[] = [];
    let read = 0;
    for (; read < this.waiting.length && taken.length < this.countMax; read++) {
      const entry = this.waiting[read];
      if (entry === undefined || entry.dueMs > nowMs) break;
      if (isPooled(entry.hash)) taken.push(entry.hash);
    }
    this.waiting.splice(0, read);
    for (const hash of taken) this.waiting.push({hash, dueMs: nowMs + this.intervalMs});
    return taken;
  }
}
