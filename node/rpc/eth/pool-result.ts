/** The pool's content as results of the txpool namespace. */
import type {Address, Transaction} from '#node/execution';
import {checksummed} from './encode/address.ts';
import {transactionJson, type Json} from './encode/transaction.ts';
import {rpcErrors} from './errors.ts';
import type {RpcContext} from './method.ts';

/** A full pool would be an answer of hundreds of megabytes. */
export function checkPoolSize(context: RpcContext): void {
  const {pending, queued} = context.pool.counts();
  const {poolContentMax} = context.limits;
  if (pending + queued > poolContentMax) {
    throw rpcErrors.limitExceeded(`the pool holds ${pending + queued} transactions, more than the ${poolContentMax} that are shown at once; use txpool_contentFrom`);
  }
}

export const pooled = (tx: Transaction): Json => transactionJson(tx, undefined);

/** geth's words. */
export const inspected = (tx: Transaction): Json =>
  `${tx.to ?? 'contract creation'}: ${tx.value} wei + ${tx.gasLimit} gas × ${tx.maxFeePerGas} wei`;

export const byNonce = (transactions: readonly Transaction[], show: (tx: Transaction) => Json): {readonly [nonce: string]: Json} =>
  Object.fromEntries(transactions.map((tx) => [tx.nonce.toString(), show(tx)]));

/** geth spells the senders here, and only here, with their checksum. */
export const bySender = (
  content: ReadonlyMap<Address, readonly Transaction[]>,
  show: (tx: Transaction) => Json,
): {readonly [sender: string]: Json} => Object.fromEntries([...content].map(([sender, transactions]) => [checksummed(sender), byNonce(transactions, show)]));
