/** An uncle of a block; null when there is none, as always on this chain: only imported blocks of proof of work have uncles. */
import {blockNumber, findBlock} from '../block-ref.ts';
import {uncleAt} from '../block-result.ts';
import {defineMethod, required} from '../method.ts';
import {uint64} from '../schema.ts';

export const eth_getUncleByBlockNumberAndIndex = defineMethod({
  name: 'eth_getUncleByBlockNumberAndIndex',
  params: [required('block', blockNumber), required('index', uint64)],
  example: {params: ['latest', '0x0'], result: null},
  handler: async (context, [ref, index]) => uncleAt(await findBlock(context.chain, ref), index),
});
