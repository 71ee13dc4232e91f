/** Headers and blocks as JSON objects (execution-apis, Block). */
import type {EthBlock, EthHeader, Transaction, Withdrawal} from '#node/execution';
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
    // Blocks of this chain have all of these; imported ones those of their fork.
    ...(header.baseFeePerGas !== undefined && {baseFeePerGas: quantity(header.baseFeePerGas)}),
    ...(header.withdrawalsRoot !== undefined && {withdrawalsRoot: header.withdrawalsRoot}),
    ...(header.blobGasUsed !== undefined && {blobGasUsed: quantity(header.blobGasUsed)}),
    ...(header.excessBlobGas !== undefined && {excessBlobGas: quantity(header.excessBlobGas)}),
    ...(header.parentBeaconBlockRoot !== undefined && {parentBeaconBlockRoot: header.parentBeaconBlockRoot}),
    ...(header.requestsHash !== undefined && {requestsHash: header.requestsHash}),
  };
}

/** As geth: without `totalDifficulty`, which the specification dropped with proof of work. */
export function blockJson(block: EthBlock, withTransactions: boolean): {readonly [key: string]: Json} {
  const {header} = block;
  return {
    ...headerJson(header),
    size: quantity(block.size),
    uncles: (block.uncles ?? []).map((uncle) => uncle.header.hash),
    transactions: block.transactions.map((tx, index) => (withTransactions ? transactionJson(tx, {header, index}) : tx.hash)),
    ...(header.withdrawalsRoot !== undefined && {withdrawals: (block.withdrawals ?? []).map(withdrawalJson)}),
  };
}

/** An uncle has no body, so nothing is said of transactions. */
export function uncleJson({header, size}: EthBlock): {readonly [key: string]: Json} {
  return {...headerJson(header), size: quantity(size), uncles: []};
}

function withdrawalJson({index, validatorIndex, address, amount}: Withdrawal): Json {
  return {index: quantity(index), validatorIndex: quantity(validatorIndex), address, amount: quantity(amount)};
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
    size: quantity(bytes),
    uncles: [],
    transactions: transactions.map((tx) => (withTransactions ? transactionJson(tx, undefined) : tx.hash)),
    withdrawals: [],
  };
}
