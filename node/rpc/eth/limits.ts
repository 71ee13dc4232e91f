/** Every bound of the Ethereum JSON-RPC. */
export interface EthRpcLimits {
  /** One HTTP body or one WebSocket message. */
  readonly bodyBytesMax: number;
  readonly batchItemsMax: number;
  /** All results of one batch together. What is beyond gets an error instead of a result. */
  readonly batchResponseBytesMax: number;
  readonly connectionsMax: number;
  /** Time to receive a whole request. */
  readonly requestTimeoutMs: number;
  /** Calls, estimates, proofs and log searches that run at the same time; others wait. */
  readonly heavyConcurrencyMax: number;
  readonly heavyWaitingMax: number;
  /** Gas of one eth_call or of the largest estimate (geth's RPC.GasCap). */
  readonly callGasMax: bigint;
  readonly stateOverridesMax: number;
  /** Blocks that one eth_simulateV1 names; `node/execution` bounds them together with those that fill gaps. */
  readonly simulatedBlocksMax: number;
  /** geth's maxSimulateCallsPerBlock and maxSimulateTotalCalls. */
  readonly simulatedCallsPerBlockMax: number;
  readonly simulatedCallsMax: number;
  /** Accounts and storage slots that all overrides of one eth_simulateV1 name: each costs its share of a state root. */
  readonly simulatedOverridesMax: number;
  readonly feeHistoryBlocksMax: number;
  readonly feeHistoryPercentilesMax: number;
  readonly proofSlotsMax: number;
  /** Slots of all accounts in one eth_getStorageValues (geth: 1024). */
  readonly storageValuesMax: number;
  /** Traces that run at the same time, apart from other heavy requests: each may take seconds and much memory. Others wait. */
  readonly tracesConcurrencyMax: number;
  readonly tracesWaitingMax: number;
  /** Time that tracing one transaction may take when the request names none (geth: 5 s), and the most that it may name. */
  readonly traceTimeoutMs: number;
  readonly traceTimeoutMaxMs: number;
  /** How long eth_sendRawTransactionSync waits when the request names no time (geth: 20 s), and the most that it may name. */
  readonly syncTimeoutMs: number;
  readonly syncTimeoutMaxMs: number;
  /** Requests that wait for receipts at the same time. */
  readonly syncWaitersMax: number;
  /** Of web3_sha3, which is a convenience. */
  readonly sha3BytesMax: number;
  readonly logsBlockRangeMax: bigint;
  readonly logsResultsMax: number;
  /** Data of all logs in one answer: a single log may hold two megabytes. */
  readonly logsDataBytesMax: number;
  readonly logsAddressesMax: number;
  readonly logsTopicsPerPositionMax: number;
  readonly filtersMax: number;
  /** Filters that nobody polls for so long are forgotten (geth: 5 minutes). */
  readonly filterTimeoutMs: number;
  /** Items that one filter keeps between two polls; a filter that overflows is removed. */
  readonly filterItemsMax: number;
  /** Pooled transactions that txpool_content and txpool_inspect will print. */
  readonly poolContentMax: number;
  readonly webSocketConnectionsMax: number;
  readonly subscriptionsPerConnectionMax: number;
  /** Messages of one connection that are being answered; reading pauses beyond. */
  readonly webSocketInFlightMax: number;
  /** Bytes that wait for a slow client before its connection is dropped. */
  readonly webSocketBufferBytesMax: number;
  readonly webSocketPingIntervalMs: number;
  /** Blocks whose JSON is kept for the next who asks. */
  readonly encodedBlocksMax: number;
  /** Receipts and logs kept with their JSON, about so many bytes of memory. */
  readonly encodedReceiptsBytesMax: number;
}

export const DEFAULT_ETH_RPC_LIMITS: EthRpcLimits = {
  bodyBytesMax: 5 * 1024 * 1024,
  batchItemsMax: 1_000,
  batchResponseBytesMax: 25 * 1000 * 1000,
  connectionsMax: 2_000,
  requestTimeoutMs: 30_000,
  heavyConcurrencyMax: 8,
  heavyWaitingMax: 1_000,
  callGasMax: 50_000_000n,
  stateOverridesMax: 1_000,
  simulatedBlocksMax: 256,
  simulatedCallsPerBlockMax: 5_000,
  simulatedCallsMax: 10_000,
  simulatedOverridesMax: 2_500,
  feeHistoryBlocksMax: 1_024,
  feeHistoryPercentilesMax: 100,
  proofSlotsMax: 1_024,
  storageValuesMax: 1_024,
  tracesConcurrencyMax: 2,
  tracesWaitingMax: 100,
  traceTimeoutMs: 5_000,
  traceTimeoutMaxMs: 60_000,
  syncTimeoutMs: 20_000,
  syncTimeoutMaxMs: 60_000,
  syncWaitersMax: 1_000,
  sha3BytesMax: 64 * 1024,
  logsBlockRangeMax: 100_000n,
  logsResultsMax: 10_000,
  logsDataBytesMax: 16 * 1024 * 1024,
  logsAddressesMax: 1_000,
  logsTopicsPerPositionMax: 1_000,
  filtersMax: 1_000,
  filterTimeoutMs: 5 * 60 * 1000,
  filterItemsMax: 10_000,
  poolContentMax: 5_000,
  webSocketConnectionsMax: 500,
  subscriptionsPerConnectionMax: 128,
  webSocketInFlightMax: 64,
  webSocketBufferBytesMax: 16 * 1024 * 1024,
  webSocketPingIntervalMs: 30_000,
  encodedBlocksMax: 64,
  encodedReceiptsBytesMax: 64 * 1024 * 1024,
};
