/** Blocks and their transactions as results. */
import type {EthBlock, Transaction} from '#node/execution';
import {blockJson, pendingBlockJson, uncleJson} from './encode/block.ts';
import {transactionJson, type Json} from './encode/transaction.ts';
import type {Result, RpcContext} from './method.ts';

export function blockResult(context: RpcContext, block: EthBlock | undefined, full: boolean): Result {
  if (block === undefined) return null;
  return context.encoded.get(`${full ? 'full' : 'block'}:${block.header.hash}`, () => blockJson(block, full));
}

/** What the next block would hold if this node proposed it now: the pool's executable transactions, as far as they fit. */
export function pendingBlockResult(context: RpcContext, full: boolean): Result {
  const {header} = context.chain.head();
  const transactions: Transaction[] = [];
  let gasLeft = header.gasLimit;
  for (const sent of context.pool.content().pending.values()) {
    for (const tx of sent) {
      if (tx.gasLimit > gasLeft) break;
      gasLeft -= tx.gasLimit;
      transactions.push(tx);
    }
  }
  const now = BigInt(Math.floor(context.clock.nowMs() / 1000));
  const timestamp = now > header.timestamp ? now : header.timestamp;
  return pendingBlockJson(header, {transactions, baseFee: context.chain.baseFeeOfNextBlock(), timestamp}, full);
}

export function transactionAt(block: EthBlock | undefined, index: bigint): Json {
  const tx = block?.transactions[Number(index)];
  return block === undefined || tx === undefined ? null : transactionJson(tx, {header: block.header, index: Number(index)});
}

export function uncleAt(block: EthBlock | undefined, index: bigint): Json {
  const uncle = block?.uncles?.[Number(index)];
  return uncle === undefined ? null : uncleJson(uncle);
}
