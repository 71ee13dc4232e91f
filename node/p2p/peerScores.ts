import {BAN_POINTS, POINTS_HALF_LIFE_MS, SCORED_PEERS_MAX} from './limits.ts';
import type {P2pClock, P2pTiming} from './types.ts';

export interface Ban {
  readonly peer: string;
  /** How many times in a row it was banned; each ban lasts twice as long as the one before. */
  readonly bans: number;
  /** Milliseconds since the Unix epoch. */
  readonly untilMs: number;
}

interface PeerRecord {
  points: number;
  updatedAtMs: number;
  bans: number;
  bannedUntilMs: number;
}

/**
 * Points for misbehaviour by peer id. They fade with time; at BAN_POINTS a peer is banned, each time twice as long.
 * A remembered ban fades as well: after a day without a fault a peer starts afresh.
 */
export class PeerScores {
  readonly #clock: Pick<P2pClock, 'nowMs'>;
  readonly #timing: Pick<P2pTiming, 'banBaseMs' | 'banMaxMs'>;
  /** In order of the last fault, so that the oldest can be forgotten first. */
  readonly #records = new Map<string, PeerRecord>();

  constructor(clock: Pick<P2pClock, 'nowMs'>, timing: Pick<P2pTiming, 'banBaseMs' | 'banMaxMs'>) {
    this.#clock = clock;
    this.#timing = timing;
  }

  /**
   * Returns when the ban ends (milliseconds since the epoch) if these points led to one. The ban of a trusted peer does not grow: an
   * operator who named a peer wants it back.
   */
  addPoints(peer: string, points: number, trusted = false): number | undefined {
    const now = this.#clock.nowMs();
    const record = this.#records.get(peer) ?? {points: 0, updatedAtMs: now, bans: 0, bannedUntilMs: 0};
    const elapsedMs = Math.max(0, now - record.updatedAtMs);
    if (elapsedMs > this.#timing.banMaxMs) record.bans = 0;
    record.points = record.points * 2 ** (-elapsedMs / POINTS_HALF_LIFE_MS) + points;
    record.updatedAtMs = now;
    this.#remember(peer, record);
    if (record.points < BAN_POINTS) return undefined;
    record.points = 0;
    record.bannedUntilMs = now + Math.min(this.#timing.banBaseMs * (trusted ? 1 : 2 ** record.bans), this.#timing.banMaxMs);
    record.bans++;
    return record.bannedUntilMs;
  }

  /** Milliseconds until the peer may come back; 0 when it is not banned. */
  banRemainingMs(peer: string): number {
    const record = this.#records.get(peer);
    return record === undefined ? 0 : Math.max(0, record.bannedUntilMs - this.#clock.nowMs());
  }

  isBanned(peer: string): boolean {
    return this.banRemainingMs(peer) > 0;
  }

  /** Bans that have not expired, oldest fault first. */
  bans(): Ban[] {
    const now = this.#clock.nowMs();
    return [...this.#records].flatMap(([peer, {bans, bannedUntilMs}]) => (bannedUntilMs > now ? [{peer, bans, untilMs: bannedUntilMs}] : []));
  }

  /** Takes back the bans of an earlier run. None lasts longer than the longest that is given, whatever the clock did meanwhile. */
  restore(bans: readonly Ban[]): void {
    const now = this.#clock.nowMs();
    for (const {peer, bans: count, untilMs} of bans) {
      if (untilMs <= now) continue;
      this.#remember(peer, {points: 0, updatedAtMs: now, bans: count, bannedUntilMs: Math.min(untilMs, now + this.#timing.banMaxMs)});
    }
  }

  #remember(peer: string, record: PeerRecord): void {
    this.#records.delete(peer);
    this.#records.set(peer, record);
    if (this.#records.size > SCORED_PEERS_MAX) {
      const oldest = this.#records.keys().next();
      if (oldest.done !== true) this.#records.delete(oldest.value);
    }
  }
}
