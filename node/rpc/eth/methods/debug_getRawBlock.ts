/** The RLP of a whole block. */
import {rawBlock} from '#node/execution';
import {blockNumberOrHash} from '../block-ref.ts';
import {data} from '../hex.ts';
import {defineMethod, required} from '../method.ts';
import {existingBlock} from '../trace-result.ts';

export const debug_getRawBlock = defineMethod({
  name: 'debug_getRawBlock',
  params: [required('block', blockNumberOrHash)],
  example: {params: ['latest'], result: 'the block as RLP: [header, transactions, uncles, withdrawals]'},
  handler: async (context, [ref]) => data(rawBlock(await existingBlock(context, ref))),
});
