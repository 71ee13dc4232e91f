/** A transaction by its place in a block; null when there is none. */
import {blockNumber, findBlock} from '../block-ref.ts';
import {transactionAt} from '../block-result.ts';
import {defineMethod, required} from '../method.ts';
import {uint64} from '../schema.ts';

export const eth_getTransactionByBlockNumberAndIndex = defineMethod({
  name: 'eth_getTransactionByBlockNumberAndIndex',
  params: [required('block', blockNumber), required('index', uint64)],
  example: {params: ['latest', '0x0'], result: 'a transaction'},
  handler: async (context, [ref, index]) => transactionAt(await findBlock(context.chain, ref), index),
});
