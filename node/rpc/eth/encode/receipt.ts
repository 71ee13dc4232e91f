/** Receipts and logs as JSON objects (execution-apis, ReceiptInfo and Log). */
import type {Log, Receipt} from '#node/execution';
import {data, quantity} from '../hex.ts';
import type {Json} from './transaction.ts';

/** What a log says of its receipt. */
export type LogPlace = Pick<Receipt, 'blockNumber' | 'blockHash' | 'blockTimestamp' | 'transactionHash' | 'transactionIndex' | 'firstLogIndex'>;

/** `index` is the log's place in its receipt; `logIndex` is its place in the block. */
export function logJson(log: Log, index: number, receipt: LogPlace): {readonly [key: string]: Json} {
  return {
    address: log.address,
    topics: [...log.topics],
    data: data(log.data),
    blockNumber: quantity(receipt.blockNumber),
    transactionHash: receipt.transactionHash,
    transactionIndex: quantity(receipt.transactionIndex),
    blockHash: receipt.blockHash,
    blockTimestamp: quantity(receipt.blockTimestamp),
    logIndex: quantity(receipt.firstLogIndex + index),
    removed: false,
  };
}

export function receiptJson(receipt: Receipt): {readonly [key: string]: Json} {
  return {
    type: quantity(receipt.type),
    ...(receipt.root === undefined ? {status: quantity(receipt.status)} : {root: receipt.root}),
    cumulativeGasUsed: quantity(receipt.cumulativeGasUsed),
    logs: receipt.logs.map((log, index) => logJson(log, index, receipt)),
    logsBloom: data(receipt.logsBloom),
    transactionHash: receipt.transactionHash,
    transactionIndex: quantity(receipt.transactionIndex),
    blockHash: receipt.blockHash,
    blockNumber: quantity(receipt.blockNumber),
    gasUsed: quantity(receipt.gasUsed),
    effectiveGasPrice: quantity(receipt.effectiveGasPrice),
    from: receipt.from,
    to: receipt.to ?? null,
    contractAddress: receipt.contractAddress ?? null,
    ...(receipt.blobGasUsed !== undefined && {blobGasUsed: quantity(receipt.blobGasUsed)}),
    ...(receipt.blobGasPrice !== undefined && {blobGasPrice: quantity(receipt.blobGasPrice)}),
  };
}
