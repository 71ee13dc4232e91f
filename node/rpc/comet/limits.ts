/** Every bound of the CometBFT RPC. */
export interface CometRpcLimits {
  /** CometBFT's max_body_bytes. */
  readonly bodyBytesMax: number;
  readonly batchItemsMax: number;
  readonly connectionsMax: number;
  /** Time to receive a whole request. */
  readonly requestTimeoutMs: number;
  /** Headers of one `blockchain` answer. */
  readonly blockMetasMax: bigint;
  readonly perPageDefault: number;
  readonly perPageMax: number;
  /** Bytes of one chunk of `genesis_chunked`, and the longest document that `genesis` gives whole. */
  readonly genesisChunkBytes: number;
}

export const DEFAULT_COMET_RPC_LIMITS: CometRpcLimits = {
  bodyBytesMax: 1_000_000,
  batchItemsMax: 20,
  connectionsMax: 900,
  requestTimeoutMs: 10_000,
  blockMetasMax: 20n,
  perPageDefault: 30,
  perPageMax: 100,
  genesisChunkBytes: 16 * 1024 * 1024,
};
