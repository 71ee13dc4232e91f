/** How many uncles a block has: 0x0 on this chain, others only in imported blocks of proof of work. null when there is no such block. */
import {quantity} from '../hex.ts';
import {defineMethod, required} from '../method.ts';
import {hash} from '../schema.ts';

export const eth_getUncleCountByBlockHash = defineMethod({
  name: 'eth_getUncleCountByBlockHash',
  params: [required('hash', hash)],
  example: {params: ['0x1111111111111111111111111111111111111111111111111111111111111111'], result: null},
  handler: async (context, [blockHash]) => {
    const block = await context.chain.blockByHash(blockHash);
    return block === undefined ? null : quantity(block.uncles?.length ?? 0);
  },
});
