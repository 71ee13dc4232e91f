/** Every bound of the CometBFT RPC. */
export interface CometRpcLimits {
  /** CometBFT's max_body_bytes; a WebSocket message too. */
  readonly bodyBytesMax: number;
  readonly batchItemsMax: number;
  /** All answers of one batch together; what is beyond gets an error instead. */
  readonly batchResponseBytesMax: number;
  readonly connectionsMax: number;
  /** Time to receive a whole request. */
  readonly requestTimeoutMs: number;
  /** Headers of one `blockchain` answer. */
  readonly blockMetasMax: bigint;
  readonly perPageDefault: number;
  readonly perPageMax: number;
  /** Bytes of one chunk of `genesis_chunked`, and the longest document that `genesis` gives whole. */
  readonly genesisChunkBytes: number;
  /** Searches, queries of the application and dumps that run at the same time, and that wait; the next one is refused. */
  readonly heavyConcurrencyMax: number;
  readonly heavyWaitingMax: number;
  /** Calls of broadcast_tx_commit that wait for their block. */
  readonly commitWaitersMax: number;
  readonly webSocketConnectionsMax: number;
  /** Messages of one connection that are being answered; reading pauses beyond. */
  readonly webSocketInFlightMax: number;
  /** Bytes that wait for a slow client before its connection is dropped. */
  readonly webSocketBufferBytesMax: number;
  readonly webSocketPingIntervalMs: number;
  /** CometBFT's max_subscription_clients. */
  readonly subscriptionClientsMax: number;
  /** CometBFT's max_subscriptions_per_client. */
  readonly subscriptionsPerClientMax: number;
  /** Index entries that one search reads. */
  readonly searchEntriesMax: number;
  /** Transactions or blocks that one search opens to look into their events. */
  readonly searchOpenedMax: number;
  /** Bytes of transactions and blocks in one page of results; a page ends early with an error beyond. */
  readonly searchResponseBytesMax: number;
}

export const DEFAULT_COMET_RPC_LIMITS: CometRpcLimits = {
  bodyBytesMax: 1_000_000,
  batchItemsMax: 20,
  batchResponseBytesMax: 64 * 1024 * 1024,
  connectionsMax: 900,
  requestTimeoutMs: 10_000,
  blockMetasMax: 20n,
  perPageDefault: 30,
  perPageMax: 100,
  genesisChunkBytes: 16 * 1024 * 1024,
  heavyConcurrencyMax: 8,
  heavyWaitingMax: 200,
  commitWaitersMax: 200,
  webSocketConnectionsMax: 450,
  webSocketInFlightMax: 64,
  webSocketBufferBytesMax: 32 * 1024 * 1024,
  webSocketPingIntervalMs: 27_000,
  subscriptionClientsMax: 100,
  subscriptionsPerClientMax: 5,
  searchEntriesMax: 200_000,
  searchOpenedMax: 10_000,
  searchResponseBytesMax: 64 * 1024 * 1024,
};

/** Characters of a query (CometBFT rpc/core maxQueryLength). */
export const QUERY_LENGTH_MAX = 512;
export const QUERY_CONDITIONS_MAX = 16;
/** Longer attribute values, and tags, are not indexed. */
export const INDEXED_VALUE_BYTES_MAX = 1024;
export const INDEXED_TAG_BYTES_MAX = 256;
/** Heights whose entries are dropped after one block, when the block store lets go of them. */
export const INDEX_PRUNED_PER_BLOCK_MAX = 100;
