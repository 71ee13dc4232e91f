/** The timers of a round, in time that the process could listen. */
import {timeoutMs, type Effect, type RoundState, type TimeoutKind, type TimeoutOptions} from '#consensus/core';
import type {Clock} from '../ports.ts';

export interface FiredTimeout {
  readonly type: 'timeout';
  readonly kind: TimeoutKind;
  readonly height: bigint;
  readonly round: number;
}

/** So long at the most may a busy process hear nothing and have it counted as waiting. */
const LISTENING_SLICE_MS = 50;

/**
 * The three timeouts of a round; a later one replaces an earlier one of its kind. What counts is the time in which this process could
 * hear its peers: while it computes, or the machine gives it no time, messages wait unread, and a timer that is due comes before them.
 */
export class RoundTimers {
  private readonly clock: Clock;
  private readonly fire: (timeout: FiredTimeout) => void;
  private readonly cancels = new Map<TimeoutKind, () => void>();

  constructor(clock: Clock, fire: (timeout: FiredTimeout) => void) {
    this.clock = clock;
    this.fire = fire;
  }

  schedule({kind, height, round, durationMs}: Omit<Extract<Effect, {type: 'scheduleTimeout'}>, 'type'>): void {
    this.cancels.get(kind)?.();
    let cancel = (): void => undefined;
    let leftMs = durationMs;
    const listen = (): void => {
      const sliceMs = Math.min(leftMs, LISTENING_SLICE_MS);
      leftMs -= sliceMs;
      cancel = this.clock.setTimer(sliceMs, leftMs > 0 ? listen : end);
    };
    // One turn more, for what came in during the last slice.
    const end = (): void => void (cancel = this.clock.setTimer(0, () => this.fire({type: 'timeout', kind, height, round})));
    listen();
    this.cancels.set(kind, () => cancel());
  }

  /**
   * After a replay the timeouts that run in this round start anew. No others: who leaves a step or a round without the votes that the
   * rules ask for may be alone where it comes to, and the votes that it did not give are missing for ever.
   */
  rearm({height, round, step, prevoteTimeoutRound, precommitTimeoutRound}: RoundState, timeouts: TimeoutOptions): void {
    const kinds: TimeoutKind[] = [];
    if (step === 'propose') kinds.push('propose');
    if (prevoteTimeoutRound === round) kinds.push('prevote');
    if (precommitTimeoutRound === round) kinds.push('precommit');
    for (const kind of kinds) this.schedule({kind, height, round, durationMs: timeoutMs(timeouts, kind, round)});
  }

  cancelAll(): void {
    for (const cancel of this.cancels.values()) cancel();
    this.cancels.clear();
  }
}
