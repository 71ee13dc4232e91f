/** The RLP of a block's header. */
import {rawHeader} from '#node/execution';
import {blockNumberOrHash} from '../block-ref.ts';
import {data} from '../hex.ts';
import {defineMethod, required} from '../method.ts';
import {existingBlock} from '../trace-result.ts';

export const debug_getRawHeader = defineMethod({
  name: 'debug_getRawHeader',
  params: [required('block', blockNumberOrHash)],
  example: {params: ['latest'], result: 'the header as RLP'},
  handler: async (context, [ref]) => data(rawHeader((await existingBlock(context, ref, 'header')).header)),
});
