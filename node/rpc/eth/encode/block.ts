/** Headers and blocks as JSON objects (execution-apis, Block). */
import type {EthBlock, EthHeader, Transaction} from '#node/execution';
import {data, quantity} from '../hex.ts';
import {transactionJson, type Json} from './transaction.ts';

export function headerJson(header: EthHeader): {readonly [key: string]: Json} {
  return {
    number: quantity(header.number),
    hash: header.hash,
    parentHash: header.parentHash,
    nonce: header.nonce,
    mixHash: header.mixHash,
    sha3Uncles: header.sha3Uncles,
    logsBloom: data(header.logsBloom),
    transactionsRoot: header.transactionsRoot,
    stateRoot: header.stateRoot,
    receiptsRoot: header.receiptsRoot,
    miner: header.miner,
    difficulty: quantity(header.difficulty),
    extraData: data(header.extraData),
    gasLimit: quantity(header.gasLimit),
    gasUsed: quantity(header.gasUsed),
    timestamp: quantity(header.timestamp),
    baseFeePerGas: quantity(header.baseFeePerGas),
    withdrawalsRoot: header.withdrawalsRoot,
    blobGasUsed: quantity(header.blobGasUsed),
    excessBlobGas: quantity(header.excessBlobGas),
    parentBeaconBlockRoot: header.parentBeaconBlockRoot,
    requestsHash: header.requestsHash,
  };
}

/** `totalDifficulty` is gone from geth, but older clients still insist on it. */
export function blockJson(block: EthBlock, withTransactions: boolean): {readonly [key: string]: Json} {
  const {header} = block;
  return {
    ...headerJson(header),
    totalDifficulty: '0x0',
    size: quantity(block.size),
    uncles: [],
    transactions: block.transactions.map((tx, index) => (withTransactions ? transactionJson(tx, {header, index}) : tx.hash)),
    withdrawals: [],
  };
}

const EMPTY_BLOOM = data(new Uint8Array(256));

/** Hash, seal and proposer are null, as in geth's pending block; what only execution can tell stands as on the head. */
export function pendingBlockJson(
  head: EthHeader,
  pending: {readonly transactions: readonly Transaction[]; readonly baseFee: bigint; readonly timestamp: bigint},
  withTransactions: boolean,
): {readonly [key: string]: Json} {
  const {transactions} = pending;
  const bytes = transactions.reduce((sum, tx) => sum + tx.raw.length, 0);
  return {
    ...headerJson(head),
    number: quantity(head.number + 1n),
    hash: null,
    parentHash: head.hash,
    nonce: null,
    miner: null,
    logsBloom: EMPTY_BLOOM,
    gasUsed: quantity(0),
    timestamp: quantity(pending.timestamp),
    baseFeePerGas: quantity(pending.baseFee),
    extraData: '0x',
    parentBeaconBlockRoot: head.hash,
    totalDifficulty: '0x0',
    size: quantity(bytes),
    uncles: [],
    transactions: transactions.map((tx) => (withTransactions ? transactionJson(tx, undefined) : tx.hash)),
    withdrawals: [],
  };
}
