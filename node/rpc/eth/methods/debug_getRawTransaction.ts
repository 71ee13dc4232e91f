/** The signed bytes of a transaction, included or pooled; `0x` when it is unknown, as in geth. */
import {data} from '../hex.ts';
import {defineMethod, required} from '../method.ts';
import {hash} from '../schema.ts';

export const debug_getRawTransaction = defineMethod({
  name: 'debug_getRawTransaction',
  params: [required('hash', hash)],
  example: {params: ['0x1111111111111111111111111111111111111111111111111111111111111111'], result: '0x'},
  handler: async (context, [txHash]) => {
    const location = await context.chain.transactionLocation(txHash);
    const block = location === undefined ? undefined : await context.recent.block(location.blockNumber);
    const tx = location === undefined ? context.pool.get(txHash) : block?.transactions[location.index];
    return tx === undefined ? '0x' : data(tx.raw);
  },
});
