/** The receipts of a block as its receipts trie holds them (EIP-2718). */
import {consensusReceipt} from '#node/execution';
import {blockNumberOrHash} from '../block-ref.ts';
import {data} from '../hex.ts';
import {defineMethod, required} from '../method.ts';
import {existingBlock} from '../trace-result.ts';

export const debug_getRawReceipts = defineMethod({
  name: 'debug_getRawReceipts',
  params: [required('block', blockNumberOrHash)],
  example: {params: ['latest'], result: 'an array of encoded receipts'},
  handler: async (context, [ref]) => {
    const {header} = await existingBlock(context, ref);
    const receipts = (await context.recent.receipts(header.number)) ?? [];
    return receipts.map((receipt) => data(consensusReceipt(receipt)));
  },
});
