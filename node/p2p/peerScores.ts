import {BAN_POINTS, POINTS_HALF_LIFE_MS, SCORED_PEERS_MAX} from './limits.ts';
import type {P2pClock, P2pTiming} from './types.ts';

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

  /** Returns when the ban ends (milliseconds since the epoch) if these points led to one. */
  addPoints(peer: string, points: number): number | undefined {
    const now = this.#clock.nowMs();
    const record = this.#records.get(peer) ?? {points: 0, updatedAtMs: now, bans: 0, bannedUntilMs: 0};
    const elapsedMs = Math.max(0, now - record.updatedAtMs);
    if (elapsedMs > this.#timing.banMaxMs) record.bans = 0;
    record.points = record.points * 2 ** (-elapsedMs / POINTS_HALF_LIFE_MS) + points;
    record.updatedAtMs = now;
    this.#remember(peer, record);
    if (record.points < BAN_POINTS) return undefined;
    record.points = 0;
    record.bannedUntilMs = now + Math.min(this.#timing.banBaseMs * 2 ** record.bans, this.#timing.banMaxMs);
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

  #remember(peer: string, record: PeerRecord): void {
    this.#records.delete(peer);
    this.#records.set(peer, record);
    if (this.#records.size > SCORED_PEERS_MAX) {
      const oldest = this.#records.keys().next();
      if (oldest.done !== true) this.#records.delete(oldest.value);
    }
  }
}
