/** The signed bytes of a transaction by its place in a block; null when there is none. */
import {blockNumber, findBlock} from '../block-ref.ts';
import {data} from '../hex.ts';
import {defineMethod, required} from '../method.ts';
import {uint64} from '../schema.ts';

export const eth_getRawTransactionByBlockNumberAndIndex = defineMethod({
  name: 'eth_getRawTransactionByBlockNumberAndIndex',
  params: [required('block', blockNumber), required('index', uint64)],
  example: {params: ['latest', '0x0'], result: '0x02f8…'},
  handler: async (context, [ref, index]) => {
    const tx = (await findBlock(context.chain, ref))?.transactions[Number(index)];
    return tx === undefined ? null : data(tx.raw);
  },
});
