/** What the execution layer says to the mempool, the RPC and the composition root. */

/** Lower-case 0x-prefixed hex. Addresses are 20 bytes, hashes 32. Used as map keys; payloads stay Uint8Array. */
export type Hex = `0x${string}`;
export type Address = Hex;
export type Hash = Hex;

export interface AccessListEntry {
  readonly address: Address;
  readonly storageKeys: readonly Hash[];
}

/** EIP-7702. */
export interface Authorization {
  readonly chainId: bigint;
  readonly address: Address;
  readonly nonce: bigint;
  readonly yParity: number;
  readonly r: bigint;
  readonly s: bigint;
}

/** A decoded Ethereum transaction with its recovered sender. Type 3 only in imported chains. */
export interface Transaction {
  readonly type: 0 | 1 | 2 | 3 | 4;
  readonly hash: Hash;
  readonly sender: Address;
  /** undefined only in a legacy transaction without EIP-155. */
  readonly chainId: bigint | undefined;
  readonly nonce: bigint;
  readonly gasLimit: bigint;
  /** undefined: contract creation. */
  readonly to: Address | undefined;
  readonly value: bigint;
  readonly data: Uint8Array;
  /** Types 0 and 1: gasPrice in both. */
  readonly maxFeePerGas: bigint;
  readonly maxPriorityFeePerGas: bigint;
  readonly accessList: readonly AccessListEntry[];
  readonly authorizationList: readonly Authorization[];
  /** Type 3; 0 in others. */
  readonly maxFeePerBlobGas: bigint;
  /** Type 3; empty in others. */
  readonly blobVersionedHashes: readonly Hash[];
  readonly yParity: number;
  /** v as it stands on the wire (legacy: 27/28 or EIP-155). */
  readonly v: bigint;
  readonly r: bigint;
  readonly s: bigint;
  /** Canonical EIP-2718 envelope. */
  readonly raw: Uint8Array;
}

export interface Log {
  readonly address: Address;
  readonly topics: readonly Hash[];
  readonly data: Uint8Array;
}

export interface Receipt {
  readonly type: number;
  readonly status: 0 | 1;
  readonly transactionHash: Hash;
  readonly transactionIndex: number;
  readonly blockNumber: bigint;
  readonly blockHash: Hash;
  readonly blockTimestamp: bigint;
  readonly from: Address;
  readonly to: Address | undefined;
  readonly contractAddress: Address | undefined;
  readonly gasUsed: bigint;
  readonly cumulativeGasUsed: bigint;
  readonly effectiveGasPrice: bigint;
  readonly logs: readonly Log[];
  /** Index of this receipt's first log in the block. */
  readonly firstLogIndex: number;
  /** 256 bytes. */
  readonly logsBloom: Uint8Array;
  /** State root after the transaction, in the place of the status: imported blocks before Byzantium. */
  readonly root?: Hash;
  /** Type 3 only, as the next. */
  readonly blobGasUsed?: bigint;
  /** wei per blob gas. */
  readonly blobGasPrice?: bigint;
}

export interface EthHeader {
  readonly hash: Hash;
  readonly parentHash: Hash;
  readonly sha3Uncles: Hash;
  readonly miner: Address;
  readonly stateRoot: Hash;
  readonly transactionsRoot: Hash;
  readonly receiptsRoot: Hash;
  readonly logsBloom: Uint8Array;
  readonly difficulty: bigint;
  readonly number: bigint;
  readonly gasLimit: bigint;
  readonly gasUsed: bigint;
  readonly timestamp: bigint;
  readonly extraData: Uint8Array;
  readonly mixHash: Hash;
  readonly nonce: Hex;
  /** From London on; this field and those after it are there in every block of this chain, and by fork in imported ones. */
  readonly baseFeePerGas: bigint | undefined;
  /** From Shanghai on. */
  readonly withdrawalsRoot: Hash | undefined;
  /** From Cancun on, as the next two. */
  readonly blobGasUsed: bigint | undefined;
  readonly excessBlobGas: bigint | undefined;
  readonly parentBeaconBlockRoot: Hash | undefined;
  /** From Prague on. */
  readonly requestsHash: Hash | undefined;
}

/** EIP-4895: a payment of the consensus layer. Imported chains only. */
export interface Withdrawal {
  readonly index: bigint;
  readonly validatorIndex: bigint;
  readonly address: Address;
  /** In gwei. */
  readonly amount: bigint;
}

export interface EthBlock {
  readonly header: EthHeader;
  readonly transactions: readonly Transaction[];
  /** Bytes of the RLP of the whole block. */
  readonly size: number;
  /** Of an imported block under proof of work, each as a block without a body; absent: none. */
  readonly uncles?: readonly EthBlock[];
  /** Of an imported block whose header has a withdrawals root; absent: none. */
  readonly withdrawals?: readonly Withdrawal[];
}

/** Read access to one version of the state. Synchronous: flat tables and caches. */
export interface StateReader {
  nonce(address: Address): bigint;
  balance(address: Address): bigint;
  code(address: Address): Uint8Array;
  codeHash(address: Address): Hash;
  /** 32 bytes. */
  storage(address: Address, slot: Hash): Uint8Array;
}

/** What an executed block tells its subscribers, after it is durable. */
export interface BlockEvent {
  readonly block: EthBlock;
  readonly receipts: readonly Receipt[];
  readonly cometHash: Uint8Array;
  readonly executionMs: number;
}
