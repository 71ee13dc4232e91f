/** Transactions as JSON objects (execution-apis, TransactionInfo). */
import type {EthHeader, Transaction} from '#node/execution';
import {data, quantity} from '../hex.ts';

export type Json = null | boolean | number | string | readonly Json[] | {readonly [key: string]: Json};

export interface Inclusion {
  readonly header: EthHeader;
  readonly index: number;
}

/** What was paid per gas in a block with this base fee, wei. Before London there was none. */
export function effectiveGasPrice(tx: Transaction, baseFee: bigint | undefined): bigint {
  if (baseFee === undefined) return tx.maxFeePerGas;
  const offered = baseFee + tx.maxPriorityFeePerGas;
  return offered < tx.maxFeePerGas ? offered : tx.maxFeePerGas;
}

/** Without `inclusion`: a transaction that waits in the pool. Its gasPrice is then the most that it will pay, as in geth. */
export function transactionJson(tx: Transaction, inclusion: Inclusion | undefined): {readonly [key: string]: Json} {
  const isTyped = tx.type !== 0;
  const paysDynamicFee = tx.type >= 2;
  const price = paysDynamicFee && inclusion !== undefined ? effectiveGasPrice(tx, inclusion.header.baseFeePerGas) : tx.maxFeePerGas;
  return {
    blockHash: inclusion?.header.hash ?? null,
    blockNumber: inclusion === undefined ? null : quantity(inclusion.header.number),
    blockTimestamp: inclusion === undefined ? null : quantity(inclusion.header.timestamp),
    from: tx.sender,
    gas: quantity(tx.gasLimit),
    gasPrice: quantity(price),
    ...(paysDynamicFee && {maxFeePerGas: quantity(tx.maxFeePerGas), maxPriorityFeePerGas: quantity(tx.maxPriorityFeePerGas)}),
    hash: tx.hash,
    input: data(tx.data),
    nonce: quantity(tx.nonce),
    to: tx.to ?? null,
    transactionIndex: inclusion === undefined ? null : quantity(inclusion.index),
    value: quantity(tx.value),
    type: quantity(tx.type),
    ...(isTyped && {accessList: tx.accessList.map((entry) => ({address: entry.address, storageKeys: [...entry.storageKeys]}))}),
    ...(tx.chainId !== undefined && {chainId: quantity(tx.chainId)}),
    ...(tx.type === 3 && {maxFeePerBlobGas: quantity(tx.maxFeePerBlobGas), blobVersionedHashes: [...tx.blobVersionedHashes]}),
    ...(tx.type === 4 && {
      authorizationList: tx.authorizationList.map((entry) => ({
        chainId: quantity(entry.chainId),
        address: entry.address,
        nonce: quantity(entry.nonce),
        yParity: quantity(entry.yParity),
        r: quantity(entry.r),
        s: quantity(entry.s),
      })),
    }),
    v: quantity(isTyped ? tx.yParity : tx.v),
    r: quantity(tx.r),
    s: quantity(tx.s),
    ...(isTyped && {yParity: quantity(tx.yParity)}),
  };
}
