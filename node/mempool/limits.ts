/** Every bound of the transaction pool. Counts are transactions unless the name says otherwise. */
export interface MempoolLimits {
  /** Whole pool. */
  readonly poolCountMax: number;
  readonly poolBytesMax: number;
  /** One sender, executable and gapped together. */
  readonly senderCountMax: number;
  /** One sender, behind a nonce gap or beyond its balance. Wide enough for several RPC batches that arrive out of order. */
  readonly senderQueuedCountMax: number;
  /** In a full pool, transactions of one sender beyond this many are the first executable ones to go. */
  readonly senderFairCount: number;
  /** geth's txMaxSize: four slots of 32 KiB. */
  readonly transactionBytesMax: number;
  /** Gapped transactions of a sender that has been silent for so long are dropped (geth's Lifetime). */
  readonly queuedLifetimeMs: number;
  /** Senders looked at after a block besides those which the block names: bounds `update` however large the pool is. */
  readonly sweepSendersMax: number;
  /** A gossip message beyond either bound is a protocol violation. */
  readonly gossipBatchCountMax: number;
  readonly gossipBatchBytesMax: number;
  /** How long an admitted transaction waits for company before it is published. */
  readonly gossipDelayMs: number;
  /** A transaction of this node's users that still waits is published again after so long; gossipsub drops equal messages for 30 s. */
  readonly rebroadcastIntervalMs: number;
  /** Transactions published again after one block. */
  readonly rebroadcastCountMax: number;
  /** The journal of own submissions is written anew when it has grown by this much, or by twice what waits. */
  readonly journalBytesMin: number;
  /** A start reads no more of the journal, the newest segment first: wider than one of a full pool that has grown to twice what waits. */
  readonly journalReadBytesMax: number;
}

export const DEFAULT_MEMPOOL_LIMITS: MempoolLimits = {
  poolCountMax: 65_536,
  poolBytesMax: 128 * 1024 * 1024,
  senderCountMax: 16_384,
  senderQueuedCountMax: 4_096,
  senderFairCount: 1_024,
  transactionBytesMax: 128 * 1024,
  queuedLifetimeMs: 3 * 60 * 60 * 1000,
  sweepSendersMax: 1_024,
  gossipBatchCountMax: 1_000,
  gossipBatchBytesMax: 512 * 1024,
  gossipDelayMs: 5,
  rebroadcastIntervalMs: 35_000,
  rebroadcastCountMax: 1_000,
  journalBytesMin: 8 * 1024 * 1024,
  journalReadBytesMax: 320 * 1024 * 1024,
};

/** A replacement must raise both fee caps by this much (geth's PriceBump). */
export const PRICE_BUMP_PERCENT = 10n;
