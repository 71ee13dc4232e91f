/** Number of transactions of a block; null when there is no such block. */
import {blockNumber, findBlock, isPending} from '../block-ref.ts';
import {quantity} from '../hex.ts';
import {defineMethod, required} from '../method.ts';

export const eth_getBlockTransactionCountByNumber = defineMethod({
  name: 'eth_getBlockTransactionCountByNumber',
  params: [required('block', blockNumber)],
  example: {params: ['latest'], result: '0x2'},
  handler: async (context, [ref]) => {
    if (isPending(ref)) return quantity(context.pool.counts().pending);
    const block = await findBlock(context.chain, ref);
    return block === undefined ? null : quantity(block.transactions.length);
  },
});
