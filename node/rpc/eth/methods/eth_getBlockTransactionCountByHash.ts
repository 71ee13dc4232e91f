/** Number of transactions of a block; null when there is no such block. */
import {quantity} from '../hex.ts';
import {defineMethod, required} from '../method.ts';
import {hash} from '../schema.ts';

export const eth_getBlockTransactionCountByHash = defineMethod({
  name: 'eth_getBlockTransactionCountByHash',
  params: [required('hash', hash)],
  example: {params: ['0x1111111111111111111111111111111111111111111111111111111111111111'], result: null},
  handler: async (context, [blockHash]) => {
    const block = await context.chain.blockByHash(blockHash);
    return block === undefined ? null : quantity(block.transactions.length);
  },
});
