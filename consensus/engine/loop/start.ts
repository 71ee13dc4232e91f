/**
 * When does the first round of a height begin? With work: at once. After a block with transactions: after a short pause, so that one
 * empty block carries the new app hash and no more follow. Otherwise: when the interval of empty blocks is over. A proposal or vote of
 * a peer ends the wait too. The app hash changes with every block, so CometBFT's rule of a proof block would never let a chain idle.
 */
import {compareTimestamps, timestampToNanos, type Timestamp} from '#proto';
import {hasAll, type VoteSet} from '#consensus/core';
import type {Clock} from '../ports.ts';

export interface StartConditions {
  readonly isInitialHeight: boolean;
  readonly genesisTime: Timestamp;
  readonly hasWork: boolean;
  /** Empty blocks in a row that were decided although there was work, since work was last announced. */
  readonly fruitlessBlocks: number;
  readonly lastBlockHadTransactions: boolean;
  readonly lastPrecommits: VoteSet | undefined;
  readonly commitMs: number;
  readonly emptyBlockIntervalMs: number;
}

/** Milliseconds from the beginning of the height, `since`, at which its first round starts. */
export function startDelayMs(conditions: StartConditions, since: Timestamp): number {
  const {lastPrecommits, commitMs, emptyBlockIntervalMs} = conditions;
  if (conditions.isInitialHeight) return Math.max(0, millisecondsBetween(since, conditions.genesisTime));
  if (conditions.hasWork) return backOffMs(conditions);
  if (conditions.lastBlockHadTransactions) return Math.min(commitMs, Math.max(emptyBlockIntervalMs, 0) || commitMs);
  if (emptyBlockIntervalMs > 0) return emptyBlockIntervalMs;
  return lastPrecommits !== undefined && hasAll(lastPrecommits) ? 0 : commitMs;
}

/** Work that no proposer can put into a block must not make the chain run empty at full speed. */
function backOffMs({fruitlessBlocks, commitMs, emptyBlockIntervalMs}: StartConditions): number {
  if (fruitlessBlocks === 0) return 0;
  return Math.min(emptyBlockIntervalMs, commitMs * 2 ** Math.min(fruitlessBlocks - 1, DOUBLINGS_MAX));
}

/** Keeps the back-off a safe integer; the interval of empty blocks bounds it long before. */
const DOUBLINGS_MAX = 20;

function millisecondsBetween(from: Timestamp, to: Timestamp): number {
  if (compareTimestamps(to, from) <= 0) return 0;
  const difference = (timestampToNanos(to) - timestampToNanos(from)) / 1_000_000n;
  return Number(difference > MAX_TIMER_MS ? MAX_TIMER_MS : difference);
}

/** setTimeout's range. */
const MAX_TIMER_MS = 2_147_483_647n;

/** Calls `fire` once, at the earliest time that `arm` was given since `reset`. */
export class StartTimer {
  private readonly clock: Clock;
  private readonly fire: () => void;
  private cancel: (() => void) | undefined;
  private since: Timestamp;

  constructor(clock: Clock, fire: () => void) {
    this.clock = clock;
    this.fire = fire;
    this.since = clock.now();
  }

  /** A new height begins. */
  reset(): void {
    this.stop();
    this.since = this.clock.now();
  }

  stop(): void {
    this.cancel?.();
    this.cancel = undefined;
  }

  arm(conditions: StartConditions): void {
    this.stop();
    const elapsed = millisecondsBetween(this.since, this.clock.now());
    const delay = startDelayMs(conditions, this.since) - elapsed;
    this.cancel = this.clock.setTimer(Math.max(0, delay), () => {
      this.cancel = undefined;
      this.fire();
    });
  }
}
