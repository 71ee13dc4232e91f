/** Brings the journal's transactions back into the pool. */
import {PoolError, type PoolErrorCode} from './errors.ts';

export interface ReloadReport {
  readonly admitted: number;
  /** By reason; those that a block took in the meantime come as `nonce-too-low`. */
  readonly refused: Readonly<Partial<Record<PoolErrorCode, number>>>;
}

/** Recovering so many senders takes some tens of milliseconds; then others have a turn. */
const TRANSACTIONS_PER_TURN = 256;

export async function readmit(raws: readonly Uint8Array[], admit: (raw: Uint8Array) => unknown, yieldTurn: () => Promise<void>): Promise<ReloadReport> {
  let admitted = 0;
  const refused: Partial<Record<PoolErrorCode, number>> = {};
  for (const [index, raw] of raws.entries()) {
    if (index > 0 && index % TRANSACTIONS_PER_TURN === 0) await yieldTurn();
    try {
      admit(raw);
      admitted++;
    } catch (error) {
      if (!(error instanceof PoolError)) throw error;
      // It stood in two segments.
      if (error.code !== 'already-known') refused[error.code] = (refused[error.code] ?? 0) + 1;
    }
  }
  return {admitted, refused};
}
