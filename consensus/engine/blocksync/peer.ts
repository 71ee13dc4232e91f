/** What block sync knows of one peer: which blocks it claims, what it was asked for, and how it behaves. Source: CometBFT blocksync/pool.go (bpPeer). */
import type {PartSet} from '#proto';
import {
  DELIVERIES_TO_FORGIVE,
  LATE_HEIGHTS_MAX,
  RECEIVE_BYTES_PER_TICK_MIN,
  REQUESTS_PER_PEER_INITIAL,
  REQUESTS_PER_PEER_MAX,
  RESPONSE_TICKS,
  REST_TICKS,
} from './limits.ts';

export interface Asked {
  readonly height: bigint;
  readonly purpose: 'fetch' | 'probe';
  /** Asked for a second time: parts of the first answer may come too. */
  readonly isRepeat: boolean;
  ageTicks: number;
  /** What the peer had sent in all when it was asked. */
  readonly receivedBefore: number;
  /** Of the block that is coming in; undefined before its first part. */
  partSet: PartSet | undefined;
}

export class SyncPeer {
  readonly id: string;
  base = 0n;
  height = 0n;
  /** Unanswered requests, in the order in which they are to be answered. */
  readonly asked = new Map<bigint, Asked>();
  private readonly late = new Set<bigint>();
  private quota = REQUESTS_PER_PEER_INITIAL;
  /** Ticks for which the oldest request has been the oldest. */
  private waitedTicks = 0;
  /** What had come from it when that began. */
  private receivedBefore = 0;
  private received = 0;
  /** It takes no more requests for the moment. */
  private isFull = false;
  private restTicks = 0;
  private deliveries = 0;
  strikes = 0;

  constructor(id: string) {
    this.id = id;
  }

  get isResting(): boolean {
    return this.restTicks > 0;
  }

  get isAvailable(): boolean {
    return !this.isResting && !this.isFull;
  }

  get hasRoom(): boolean {
    return this.asked.size < this.quota && this.isAvailable;
  }

  has(height: bigint): boolean {
    return this.base > 0n && this.base <= height && height <= this.height;
  }

  isLate(height: bigint): boolean {
    return this.late.has(height);
  }

  ask(height: bigint, purpose: Asked['purpose']): void {
    if (this.asked.size === 0) this.waitAnew();
    this.asked.set(height, {height, purpose, isRepeat: this.late.delete(height), ageTicks: 0, receivedBefore: this.received, partSet: undefined});
  }

  /** Answered. Returns the requests before it: answers keep the order of requests, so those were left out. */
  answered(height: bigint): Asked[] {
    const skipped: Asked[] = [];
    for (const asked of this.asked.values()) {
      if (asked.height === height) break;
      skipped.push(asked);
    }
    for (const asked of skipped) this.forget(asked.height);
    const {isRepeat} = this.asked.get(height)!;
    this.asked.delete(height);
    if (isRepeat) this.expectLate(height);
    this.waitAnew();
    return skipped;
  }

  /** A request was refused: until the next tick others are asked. */
  refused(): void {
    this.isFull = true;
  }

  /** Bytes of a block that was asked for. */
  gave(bytes: number): void {
    this.received += bytes;
  }

  delivered(): void {
    this.quota = Math.min(REQUESTS_PER_PEER_MAX, this.quota + 1);
    this.deliveries += 1;
    if (this.deliveries >= DELIVERIES_TO_FORGIVE) this.strikes = 0;
  }

  /** No longer wanted; an answer may come none the less, and is no fault. */
  forget(height: bigint): void {
    if (this.asked.delete(height)) this.expectLate(height);
  }

  forgetAll(): void {
    for (const height of [...this.asked.keys()]) this.forget(height);
  }

  strike(): void {
    this.strikes += 1;
    this.deliveries = 0;
    this.quota = Math.max(1, this.quota >> 1);
    this.restTicks = REST_TICKS * 2 ** (this.strikes - 1);
  }

  /**
   * true: too slow. `urgent`: heights below it are waited for, whatever was asked for before them. What came in the meantime grants
   * time, so that large blocks may take long; what is only announced does not.
   */
  tick(urgent: bigint): boolean {
    this.isFull = false;
    if (this.restTicks > 0) this.restTicks -= 1;
    if (this.asked.size > 0) this.waitedTicks += 1;
    let isSlow = this.isLongSince(this.waitedTicks, this.receivedBefore);
    for (const asked of this.asked.values()) {
      asked.ageTicks += 1;
      if (asked.height < urgent) isSlow ||= this.isLongSince(asked.ageTicks, asked.receivedBefore);
    }
    return isSlow && this.asked.size > 0;
  }

  private isLongSince(ticks: number, receivedBefore: number): boolean {
    return ticks > RESPONSE_TICKS + (this.received - receivedBefore) / RECEIVE_BYTES_PER_TICK_MIN;
  }

  private waitAnew(): void {
    this.waitedTicks = 0;
    this.receivedBefore = this.received;
  }

  private expectLate(height: bigint): void {
    this.late.add(height);
    if (this.late.size <= LATE_HEIGHTS_MAX) return;
    for (const oldest of this.late) {
      this.late.delete(oldest);
      return;
    }
  }
}
