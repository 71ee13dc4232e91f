/** The clock of a development chain: the system's, moved by hand. Whole seconds. */
import {DevError} from './errors.ts';
import {TIME_OFFSET_MAX} from './limits.ts';

export interface TimeRecord {
  /** What the chain's clock is ahead of the system's. */
  readonly offset: bigint;
  /** Of the next block alone. */
  readonly next: bigint | undefined;
  /** Between one block and the next, in place of the clock. */
  readonly interval: bigint | undefined;
}

export const SYSTEM_TIME: TimeRecord = {offset: 0n, next: undefined, interval: undefined};

export class BlockTime {
  readonly #now: () => bigint;
  #record = SYSTEM_TIME;

  constructor(now: () => bigint) {
    this.#now = now;
  }

  get record(): TimeRecord {
    return this.#record;
  }

  restore(record: TimeRecord): void {
    this.#record = record;
  }

  /** The time of the block after one at `parent`. As on every Qanat chain it may be the parent's own, never an earlier one. */
  take(parent: bigint): bigint {
    const {next, interval, offset} = this.#record;
    if (next !== undefined) {
      // The clock goes on from there.
      this.#record = {...this.#record, next: undefined, offset: next - this.#now()};
      return next > parent ? next : parent;
    }
    if (interval !== undefined) return parent + interval;
    const now = this.#now() + offset;
    return now > parent ? now : parent;
  }

  /** @returns by how much the clock is ahead in all. */
  increase(seconds: bigint): bigint {
    const offset = this.#record.offset + seconds;
    if (offset > TIME_OFFSET_MAX) throw new DevError('limit-exceeded', `the clock may be moved by ${TIME_OFFSET_MAX} s in all, not by ${offset}`);
    this.#record = {...this.#record, offset};
    return offset;
  }

  setNext(timestamp: bigint, parent: bigint): void {
    if (timestamp < parent) throw new DevError('refused', `timestamp ${timestamp} is lower than that of the latest block, ${parent}`);
    if (timestamp - this.#now() > TIME_OFFSET_MAX) throw new DevError('limit-exceeded', `timestamp ${timestamp} is more than ${TIME_OFFSET_MAX} s from now`);
    this.#record = {...this.#record, next: timestamp};
  }

  setInterval(seconds: bigint | undefined): void {
    if (seconds !== undefined && seconds > TIME_OFFSET_MAX) throw new DevError('limit-exceeded', `an interval of ${seconds} s is more than ${TIME_OFFSET_MAX}`);
    this.#record = {...this.#record, interval: seconds};
  }
}
