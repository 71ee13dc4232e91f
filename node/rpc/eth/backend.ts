/** What the Ethereum JSON-RPC asks of the node. `node/execution` implements the chain side, `node/mempool` the pool side; the RPC knows neither. */
import type {TransactionTrace, TraceCallOptions} from '../../execution/trace/tracing.ts';
import type {Json as TraceJson, TraceOptions} from '../../execution/trace/types.ts';
import type {
  AccessListEntry,
  Address,
  Authorization,
  BlockEvent,
  EthBlock,
  EthHeader,
  Hash,
  Log,
  Receipt,
  StateReader,
  Transaction,
  Withdrawal,
} from '../../execution/types.ts';

export interface CallRequest {
  readonly from?: Address;
  readonly to?: Address;
  readonly gas?: bigint;
  readonly gasPrice?: bigint;
  readonly maxFeePerGas?: bigint;
  readonly maxPriorityFeePerGas?: bigint;
  readonly value?: bigint;
  readonly nonce?: bigint;
  readonly data?: Uint8Array;
  readonly accessList?: readonly AccessListEntry[];
  readonly authorizationList?: readonly Authorization[];
  readonly blobVersionedHashes?: readonly Hash[];
  readonly maxFeePerBlobGas?: bigint;
}

/** geth's state override set: `stateDiff` merges, `state` replaces the whole storage. */
export interface AccountOverride {
  readonly balance?: bigint;
  readonly nonce?: bigint;
  readonly code?: Uint8Array;
  readonly state?: ReadonlyMap<Hash, Hash>;
  readonly stateDiff?: ReadonlyMap<Hash, Hash>;
  /** The account is a precompile: it answers there from now on, and no longer here. */
  readonly movePrecompileToAddress?: Address;
}
export type StateOverrides = ReadonlyMap<Address, AccountOverride>;

export interface BlockOverrides {
  readonly number?: bigint;
  readonly time?: bigint;
  readonly gasLimit?: bigint;
  readonly feeRecipient?: Address;
  readonly prevRandao?: Hash;
  readonly baseFeePerGas?: bigint;
  readonly blobBaseFee?: bigint;
  /** Without effect from the merge on. */
  readonly difficulty?: bigint;
}

/** What only a block that is built can be given. */
export interface SimulatedBlockOverrides extends BlockOverrides {
  readonly beaconRoot?: Hash;
  readonly withdrawals?: readonly Withdrawal[];
}

export interface SimulatedBlockRequest {
  readonly blockOverrides: SimulatedBlockOverrides;
  readonly stateOverrides: StateOverrides;
  readonly calls: readonly CallRequest[];
}

export interface SimulationRequest {
  readonly blocks: readonly SimulatedBlockRequest[];
  /** Transfers of ether are among the logs of the calls. */
  readonly traceTransfers: boolean;
  /** Nonces and fees are held against the rules of the chain; without, a call may stand wherever it is put. */
  readonly validation: boolean;
}

export interface SimulatedCall {
  readonly status: 'success' | 'revert' | 'failure';
  /** Return data, or revert data. */
  readonly returnData: Uint8Array;
  /** In geth's words; undefined on success and on revert. */
  readonly error?: string;
  readonly gasUsed: bigint;
  /** Before the refund was subtracted. */
  readonly maxUsedGas: bigint;
  /** With their places among all logs that the calls of the block wrote: those of frames that failed are counted, but not shown. */
  readonly logs: readonly {readonly log: Log; readonly index: number}[];
}

export interface SimulatedBlock {
  readonly block: EthBlock;
  readonly calls: readonly SimulatedCall[];
}

export interface AccessListOutcome {
  readonly accessList: readonly AccessListEntry[];
  readonly gasUsed: bigint;
  /** Why the call did not succeed, in geth's words. */
  readonly error?: string;
}

export interface CallOptions {
  readonly pending?: boolean;
  readonly stateOverrides?: StateOverrides;
  readonly blockOverrides?: BlockOverrides;
  readonly gasLimitMax: bigint;
}

export interface CallOutcome {
  readonly status: 'success' | 'revert' | 'failure';
  /** Return data, or revert data. */
  readonly returnData: Uint8Array;
  /** The EVM's name of the failure in geth's words ("out of gas", "invalid opcode: INVALID", …); undefined on success and on revert. */
  readonly error?: string;
  readonly gasUsed: bigint;
  /** Before the refund was subtracted: what the transaction needs at its peak. */
  readonly gasUsedBeforeRefund: bigint;
  readonly logs: readonly Log[];
  /** Contract created by a request without `to`. */
  readonly createdAddress?: Address;
}

export interface ChainBackend {
  readonly chainId: bigint;
  /** The last committed block; genesis (0) at first. */
  head(): EthBlock;
  /** Rejects with ChainError `state-unavailable` below `firstBlock`; so do receipts. */
  blockByNumber(number: bigint): Promise<EthBlock | undefined>;
  /** The first block that is here with its receipts; absent or 0 on a node that was not restored from a snapshot. May be above the head. */
  readonly firstBlock?: bigint;
  /** The first block whose state can be read, the first that is here, and of how many past blocks the state is kept (undefined: of all). */
  oldest(): {readonly state: bigint; readonly bodies: bigint; readonly stateWindow: bigint | undefined};
  blockByHash(hash: Hash): Promise<EthBlock | undefined>;
  receipts(number: bigint): Promise<readonly Receipt[] | undefined>;
  transactionLocation(hash: Hash): Promise<{readonly blockNumber: bigint; readonly index: number} | undefined>;
  /** Throws ChainError `state-unavailable` when the block's state has been pruned. */
  stateAt(number: bigint): Promise<StateReader>;
  /** Executes without a signature on the state after block `number`, in the environment of that block (number + 1 for 'pending'). Balance and fee checks as geth's eth_call. */
  call(request: CallRequest, number: bigint, options: CallOptions): Promise<CallOutcome>;
  /** The addresses and slots that a request touches, its own sender, recipient and the precompiles left out (EIP-2930). */
  createAccessList(request: CallRequest, number: bigint, options: Omit<CallOptions, 'blockOverrides'>): Promise<AccessListOutcome>;
  /** Executes blocks that are nobody's on top of block `number`. Rejects with SimulationError. */
  simulate(request: SimulationRequest, number: bigint, options: {readonly gasMax: bigint}): Promise<readonly SimulatedBlock[]>;
  /** Intrinsic gas of a request under the rules in force (EIP-2028, 2930, 3860, 7623, 7702): {regular, floor}. */
  intrinsicGas(request: CallRequest): {readonly regular: bigint; readonly floor: bigint};
  baseFeeOfNextBlock(): bigint;
  /** Price of blob gas in a block, wei, and the most that the block may hold; both 0 before Cancun. */
  blobGas(header: EthHeader): {readonly price: bigint; readonly max: bigint};
  blobBaseFeeOfNextBlock(): bigint;
  /** In the order of their activation. */
  forks(): readonly ChainFork[];
  /** Blocks in [from, to] whose bloom may hold one of the addresses and topics, ascending. */
  candidateBlocks(from: bigint, to: bigint, filter: {readonly addresses: readonly Address[]; readonly topics: readonly (readonly Hash[] | null)[]}): AsyncIterable<bigint>;
  proof(address: Address, slots: readonly Hash[], number: bigint): Promise<AccountProof>;
  /** Absent: this chain cannot be executed again. */
  readonly tracing?: TracingBackend;
  onBlock(fn: (event: BlockEvent) => void): () => void;
}

/** Re-execution under a tracer. Throws ChainError: `state-unavailable` when the parent's state is pruned, `call-aborted` at the time limit. */
export interface TracingBackend {
  block(block: EthBlock, options: TraceOptions): Promise<readonly TransactionTrace[]>;
  transaction(block: EthBlock, index: number, options: TraceOptions): Promise<TraceJson>;
  /** On the state after `block`, in its environment. */
  call(request: CallRequest, block: EthBlock, options: TraceCallOptions): Promise<TraceJson>;
}

/** Rules that hold from a block, or a time in seconds, on. Names are those of EIP-7910. */
export interface ChainFork {
  readonly activation: {readonly block: bigint} | {readonly timestamp: bigint};
  /** undefined before Cancun. */
  readonly blobs: {readonly target: bigint; readonly max: bigint; readonly updateFraction: bigint} | undefined;
  readonly precompiles: ReadonlyMap<string, Address>;
  readonly systemContracts: ReadonlyMap<string, Address>;
}

export type {TraceOptions};

export interface AccountProof {
  readonly address: Address;
  readonly balance: bigint;
  readonly nonce: bigint;
  readonly codeHash: Hash;
  readonly storageHash: Hash;
  readonly accountProof: readonly Uint8Array[];
  readonly storageProof: readonly {readonly key: Hash; readonly value: bigint; readonly proof: readonly Uint8Array[]}[];
}

export interface PoolBackend {
  /** Before many are submitted: what can be done for them in the background. Never rejects. */
  prepare?(raws: readonly Uint8Array[]): Promise<void>;
  /** Validates, admits and gossips; throws PoolError whose message is geth's text. Resolves to the hash. */
  submit(raw: Uint8Array): Promise<Hash>;
  get(hash: Hash): Transaction | undefined;
  /** The sender's next nonce, pooled transactions counted. */
  pendingNonce(address: Address): bigint;
  counts(): {readonly pending: number; readonly queued: number};
  content(): {readonly pending: ReadonlyMap<Address, readonly Transaction[]>; readonly queued: ReadonlyMap<Address, readonly Transaction[]>};
  contentFrom(address: Address): {readonly pending: readonly Transaction[]; readonly queued: readonly Transaction[]};
  onPending(fn: (tx: Transaction) => void): () => void;
}

export interface NetworkStatus {
  readonly peerCount: number;
  readonly listening: boolean;
  /** undefined when in sync. */
  readonly syncing: {readonly startingBlock: bigint; readonly currentBlock: bigint; readonly highestBlock: bigint} | undefined;
}
