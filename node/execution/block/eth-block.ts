import {keccak256} from '../keccak.ts';
import {bytesToHex, concatBytes} from '../hex.ts';
import {BLOCK_RLP_BYTES_MAX} from '../limits.ts';
import {encodeRlp, lengthWithPrefix} from '../rlp.ts';
import {EMPTY_ROOT_HASH} from '../state/types.ts';
import {orderedTrieRoot} from '../trie/ordered.ts';
import type {Address, EthBlock, EthHeader, Hash, Receipt, Transaction, Withdrawal} from '../types.ts';
import {EMPTY_BLOOM, mergeBloom} from './bloom.ts';
import {EMPTY_REQUESTS_HASH, EMPTY_UNCLES_HASH, headerItem, sealHeader, ZERO_HASH, ZERO_NONCE} from './header.ts';
import {consensusReceipt} from './receipt.ts';
import {withdrawalItem} from './withdrawal.ts';

const RANDAO_DOMAIN = new TextEncoder().encode('prevrandao');

/** A header of 21 fields with full integers stays under this. */
export const HEADER_BYTES_MAX = 800;

/** What the block's environment takes from the Comet block. `cometHash`: 32 bytes. */
export function prevRandaoOf(cometHash: Uint8Array): Hash {
  return bytesToHex(keccak256(concatBytes(RANDAO_DOMAIN, cometHash)));
}

export interface BlockInput {
  readonly parentHash: Hash;
  readonly miner: Address;
  readonly number: bigint;
  readonly gasLimit: bigint;
  readonly timestamp: bigint;
  readonly baseFeePerGas: bigint;
  readonly stateRoot: Hash;
  /** The Comet hash of the same height. */
  readonly extraData: Uint8Array;
  readonly prevRandao: Hash;
  /** The Comet hash of the height before. */
  readonly parentBeaconBlockRoot: Hash;
}

export function buildBlock(
  input: BlockInput,
  transactions: readonly Transaction[],
  receipts: readonly Pick<Receipt, 'type' | 'status' | 'cumulativeGasUsed' | 'logsBloom' | 'logs'>[],
): EthBlock {
  const logsBloom = EMPTY_BLOOM.slice();
  for (const receipt of receipts) if (receipt.logs.length > 0) mergeBloom(logsBloom, receipt.logsBloom);
  const header = sealHeader({
    parentHash: input.parentHash,
    sha3Uncles: EMPTY_UNCLES_HASH,
    miner: input.miner,
    stateRoot: input.stateRoot,
    transactionsRoot: bytesToHex(orderedTrieRoot(transactions.map(({raw}) => raw))),
    receiptsRoot: bytesToHex(orderedTrieRoot(receipts.map(consensusReceipt))),
    logsBloom,
    difficulty: 0n,
    number: input.number,
    gasLimit: input.gasLimit,
    gasUsed: receipts.at(-1)?.cumulativeGasUsed ?? 0n,
    timestamp: input.timestamp,
    extraData: input.extraData,
    mixHash: input.prevRandao,
    nonce: ZERO_NONCE,
    baseFeePerGas: input.baseFeePerGas,
    withdrawalsRoot: EMPTY_ROOT_HASH,
    blobGasUsed: 0n,
    excessBlobGas: 0n,
    parentBeaconBlockRoot: input.parentBeaconBlockRoot,
    requestsHash: EMPTY_REQUESTS_HASH,
  });
  return {header, transactions, size: blockSize(header, transactions)};
}

export function buildGenesisBlock(input: {gasLimit: bigint; baseFeePerGas: bigint; timestamp: bigint; stateRoot: Hash}): EthBlock {
  return buildBlock(
    {
      ...input,
      parentHash: ZERO_HASH,
      miner: `0x${'00'.repeat(20)}`,
      number: 0n,
      extraData: new Uint8Array(0),
      prevRandao: ZERO_HASH,
      parentBeaconBlockRoot: ZERO_HASH,
    },
    [],
    [],
  );
}

/** Bytes of RLP([header, transactions, uncles, withdrawals]); before Shanghai there is no fourth. */
export function blockSize(
  header: EthHeader,
  transactions: readonly Transaction[],
  body: {readonly uncles?: readonly EthBlock[]; readonly withdrawals?: readonly Withdrawal[]} = {},
): number {
  let envelopes = 0;
  for (const {raw} of transactions) envelopes += transactionSize(raw);
  const uncles = body.uncles === undefined ? 1 : encodeRlp(body.uncles.map((uncle) => headerItem(uncle.header))).length;
  const withdrawals = header.withdrawalsRoot === undefined ? 0 : body.withdrawals === undefined ? 1 : encodeRlp(body.withdrawals.map(withdrawalItem)).length;
  return lengthWithPrefix(encodeRlp(headerItem(header)).length + lengthWithPrefix(envelopes) + uncles + withdrawals);
}

export function uncleBlock(header: EthHeader): EthBlock {
  return {header, transactions: [], size: blockSize(header, [])};
}

/** In the body of a block: legacy transactions stand as lists, typed ones as strings. */
export function transactionSize(raw: Uint8Array): number {
  return raw[0]! >= 0xc0 ? raw.length : lengthWithPrefix(raw.length);
}

/** Whether transactions of so many bytes fit a block under EIP-7934, whatever its header. */
export function fitsBlock(bodyBytes: number): boolean {
  return lengthWithPrefix(HEADER_BYTES_MAX + lengthWithPrefix(bodyBytes) + 2) <= BLOCK_RLP_BYTES_MAX;
}
