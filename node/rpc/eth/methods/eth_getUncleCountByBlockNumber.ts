/** How many uncles a block has: 0x0 on this chain, others only in imported blocks of proof of work. null when there is no such block. */
import {blockNumber, findBlock} from '../block-ref.ts';
import {quantity} from '../hex.ts';
import {defineMethod, required} from '../method.ts';

export const eth_getUncleCountByBlockNumber = defineMethod({
  name: 'eth_getUncleCountByBlockNumber',
  params: [required('block', blockNumber)],
  example: {params: ['latest'], result: '0x0'},
  handler: async (context, [ref]) => {
    const block = await findBlock(context.chain, ref);
    return block === undefined ? null : quantity(block.uncles?.length ?? 0);
  },
});
