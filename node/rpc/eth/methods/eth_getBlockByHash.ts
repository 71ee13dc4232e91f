/** A block by hash; null when there is none. */
import {blockResult} from '../block-result.ts';
import {defineMethod, optional, required} from '../method.ts';
import {boolean, hash} from '../schema.ts';

export const eth_getBlockByHash = defineMethod({
  name: 'eth_getBlockByHash',
  params: [required('hash', hash), optional('fullTransactions', boolean, false)],
  example: {params: ['0x1111111111111111111111111111111111111111111111111111111111111111', true], result: null},
  handler: async (context, [blockHash, full]) => blockResult(context, await context.chain.blockByHash(blockHash), full),
});
