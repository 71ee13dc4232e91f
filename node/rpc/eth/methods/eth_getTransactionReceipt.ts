/** The receipt of an included transaction; null before it is in a block. */
import {defineMethod, required} from '../method.ts';
import {hash} from '../schema.ts';

export const eth_getTransactionReceipt = defineMethod({
  name: 'eth_getTransactionReceipt',
  params: [required('hash', hash)],
  example: {params: ['0x1111111111111111111111111111111111111111111111111111111111111111'], result: null},
  handler: (context, [txHash]) => context.encodedReceipts.receipt(txHash),
});
