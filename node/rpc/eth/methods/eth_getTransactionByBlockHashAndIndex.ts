/** A transaction by its place in a block; null when there is none. */
import {transactionAt} from '../block-result.ts';
import {defineMethod, required} from '../method.ts';
import {hash, uint64} from '../schema.ts';

export const eth_getTransactionByBlockHashAndIndex = defineMethod({
  name: 'eth_getTransactionByBlockHashAndIndex',
  params: [required('hash', hash), required('index', uint64)],
  example: {params: ['0x1111111111111111111111111111111111111111111111111111111111111111', '0x0'], result: null},
  handler: async (context, [blockHash, index]) => transactionAt(await context.chain.blockByHash(blockHash), index),
});
