/** All receipts of a block; null when there is no such block. */
import {blockNumberOrHash, findBlock} from '../block-ref.ts';
import {receiptJson} from '../encode/receipt.ts';
import {defineMethod, required} from '../method.ts';

export const eth_getBlockReceipts = defineMethod({
  name: 'eth_getBlockReceipts',
  params: [required('block', blockNumberOrHash)],
  example: {params: ['latest'], result: 'an array of receipts'},
  handler: async (context, [ref]) => {
    const block = await findBlock(context.chain, ref);
    if (block === undefined) return null;
    const receipts = await context.recent.receipts(block.header.number);
    return receipts === undefined ? null : context.encoded.get(`receipts:${block.header.hash}`, () => receipts.map(receiptJson));
  },
});
