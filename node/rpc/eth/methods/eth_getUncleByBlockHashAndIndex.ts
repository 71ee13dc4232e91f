/** An uncle of a block; null when there is none, as always on this chain: only imported blocks of proof of work have uncles. */
import {uncleAt} from '../block-result.ts';
import {defineMethod, required} from '../method.ts';
import {hash, uint64} from '../schema.ts';

export const eth_getUncleByBlockHashAndIndex = defineMethod({
  name: 'eth_getUncleByBlockHashAndIndex',
  params: [required('hash', hash), required('index', uint64)],
  example: {params: ['0x1111111111111111111111111111111111111111111111111111111111111111', '0x0'], result: null},
  handler: async (context, [blockHash, index]) => uncleAt(await context.chain.blockByHash(blockHash), index),
});
