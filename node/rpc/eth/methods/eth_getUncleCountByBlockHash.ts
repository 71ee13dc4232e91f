/** 0x0: this chain has no uncles. null when there is no such block. */
import {defineMethod, required} from '../method.ts';
import {hash} from '../schema.ts';

export const eth_getUncleCountByBlockHash = defineMethod({
  name: 'eth_getUncleCountByBlockHash',
  params: [required('hash', hash)],
  example: {params: ['0x1111111111111111111111111111111111111111111111111111111111111111'], result: null},
  handler: async (context, [blockHash]) => ((await context.chain.blockByHash(blockHash)) === undefined ? null : '0x0'),
});
