/** The header of a simulated block: what is known before its calls run, and what they add. */
import {nextBaseFee} from '../block/base-fee.ts';
import {EMPTY_BLOOM, mergeBloom} from '../block/bloom.ts';
import {blockSize} from '../block/eth-block.ts';
import {nextExcessBlobGas} from '../block/excess-blob-gas.ts';
import {EMPTY_UNCLES_HASH, sealHeader, ZERO_HASH, ZERO_NONCE} from '../block/header.ts';
import type {PendingReceipt} from '../block/receipt.ts';
import {consensusReceipt} from '../block/receipt.ts';
import {withdrawalItem} from '../block/withdrawal.ts';
import {bytesToHex, EMPTY} from '../hex.ts';
import {encodeRlp} from '../rlp.ts';
import type {ForkRules} from '../rules.ts';
import {orderedTrieRoot} from '../trie/ordered.ts';
import type {EthBlock, EthHeader, Hash, Transaction, Withdrawal} from '../types.ts';
import {blobGasOf} from '../validity.ts';
import type {PlannedBlock} from './plan.ts';

/** Before the calls. */
export type HeaderDraft = Pick<
  EthHeader,
  'parentHash' | 'number' | 'timestamp' | 'miner' | 'gasLimit' | 'mixHash' | 'difficulty' | 'baseFeePerGas' | 'excessBlobGas' | 'parentBeaconBlockRoot'
>;

export interface DraftOptions {
  readonly rules: ForkRules;
  readonly validation: boolean;
  readonly baseFeeFloor: bigint;
}

/** What is not overridden comes from the block before, as far as somebody chooses it; the base fee is free unless the rules are to hold. */
export function draftHeader({number, timestamp, blockOverrides: own}: PlannedBlock, parent: EthHeader, {rules, validation, baseFeeFloor}: DraftOptions): HeaderDraft {
  const baseFee = own.baseFeePerGas ?? (validation ? nextBaseFee(parent, baseFeeFloor) : 0n);
  return {
    parentHash: parent.hash,
    number,
    timestamp,
    miner: own.feeRecipient ?? parent.miner,
    gasLimit: own.gasLimit ?? parent.gasLimit,
    mixHash: own.prevRandao ?? ZERO_HASH,
    difficulty: own.difficulty ?? (rules.isMerge ? 0n : parent.difficulty),
    baseFeePerGas: rules.isLondon ? baseFee : undefined,
    excessBlobGas: rules.blobs === undefined ? undefined : nextExcessBlobGas(parent, {blobs: rules.blobs, hasReservePrice: rules.isOsaka}),
    parentBeaconBlockRoot: rules.isCancun ? (own.beaconRoot ?? ZERO_HASH) : undefined,
  };
}

export interface BlockParts {
  readonly transactions: readonly Transaction[];
  readonly receipts: readonly PendingReceipt[];
  readonly withdrawals: readonly Withdrawal[];
  readonly stateRoot: Hash;
  readonly requestsHash: Hash | undefined;
}

export function assembleBlock(draft: HeaderDraft, {transactions, receipts, withdrawals, stateRoot, requestsHash}: BlockParts, rules: ForkRules): EthBlock {
  const logsBloom = EMPTY_BLOOM.slice();
  for (const receipt of receipts) mergeBloom(logsBloom, receipt.logsBloom);
  const header = sealHeader({
    ...draft,
    sha3Uncles: EMPTY_UNCLES_HASH,
    stateRoot,
    transactionsRoot: bytesToHex(orderedTrieRoot(transactions.map(({raw}) => raw))),
    receiptsRoot: bytesToHex(orderedTrieRoot(receipts.map(consensusReceipt))),
    logsBloom,
    gasUsed: receipts.at(-1)?.cumulativeGasUsed ?? 0n,
    extraData: EMPTY,
    nonce: ZERO_NONCE,
    withdrawalsRoot: rules.isShanghai ? bytesToHex(orderedTrieRoot(withdrawals.map((withdrawal) => encodeRlp(withdrawalItem(withdrawal))))) : undefined,
    blobGasUsed: rules.isCancun ? transactions.reduce((sum, tx) => sum + blobGasOf(tx), 0n) : undefined,
    requestsHash,
  });
  const body = withdrawals.length > 0 ? {withdrawals} : {};
  return {header, transactions, size: blockSize(header, transactions, body), ...body};
}
