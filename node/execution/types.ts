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
  readonly baseFeePerGas: bigint;
  readonly withdrawalsRoot: Hash;
  readonly blobGasUsed: bigint;
  readonly excessBlobGas: bigint;
  readonly parentBeaconBlockRoot: Hash;
  readonly requestsHash: Hash;
}

export interface EthBlock {
  readonly header: EthHeader;
  readonly transactions: readonly Transaction[];
  /** Bytes of the RLP of the whole block. */
  readonly size: number;
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
