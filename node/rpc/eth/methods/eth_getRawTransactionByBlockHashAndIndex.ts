/** The signed bytes of a transaction by its place in a block; null when there is none. */
import {data} from '../hex.ts';
import {defineMethod, required} from '../method.ts';
import {hash, uint64} from '../schema.ts';

export const eth_getRawTransactionByBlockHashAndIndex = defineMethod({
  name: 'eth_getRawTransactionByBlockHashAndIndex',
  params: [required('hash', hash), required('index', uint64)],
  example: {params: ['0x1111111111111111111111111111111111111111111111111111111111111111', '0x0'], result: null},
  handler: async (context, [blockHash, index]) => {
    const tx = (await context.chain.blockByHash(blockHash))?.transactions[Number(index)];
    return tx === undefined ? null : data(tx.raw);
  },
});
