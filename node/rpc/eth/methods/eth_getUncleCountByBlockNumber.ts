/** 0x0: this chain has no uncles. null when there is no such block. */
import {blockNumber, findBlock} from '../block-ref.ts';
import {defineMethod, required} from '../method.ts';

export const eth_getUncleCountByBlockNumber = defineMethod({
  name: 'eth_getUncleCountByBlockNumber',
  params: [required('block', blockNumber)],
  example: {params: ['latest'], result: '0x0'},
  handler: async (context, [ref]) => ((await findBlock(context.chain, ref)) === undefined ? null : '0x0'),
});
