/** How a node's clock differs from the time of the simulation. */
export interface ClockFaults {
  readonly offsetMs: number;
  /** Milliseconds gained per millisecond; timers run faster by as much. */
  readonly drift: number;
  /** From `atMs` on the wall clock is off by `byMs` more. Timers do not notice, as with a monotonic clock. */
  readonly jumps: readonly {readonly atMs: number; readonly byMs: number}[];
}

export function constantSkew(offsetMs: number): ClockFaults {
  return {offsetMs, drift: 0, jumps: []};
}

/** What the wall clock shows at `nowMs`. */
export function skewedMs(nowMs: number, {offsetMs, drift, jumps}: ClockFaults): number {
  let shown = nowMs * (1 + drift) + offsetMs;
  for (const {atMs, byMs} of jumps) if (nowMs >= atMs) shown += byMs;
  return shown;
}
