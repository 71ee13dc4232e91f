/** The signed bytes of a transaction; null when it is unknown. */
import {data} from '../hex.ts';
import {defineMethod, required} from '../method.ts';
import {hash} from '../schema.ts';

export const eth_getRawTransactionByHash = defineMethod({
  name: 'eth_getRawTransactionByHash',
  params: [required('hash', hash)],
  example: {params: ['0x1111111111111111111111111111111111111111111111111111111111111111'], result: null},
  handler: async (context, [txHash]) => {
    const location = await context.chain.transactionLocation(txHash);
    const block = location === undefined ? undefined : await context.recent.block(location.blockNumber);
    const tx = location === undefined ? context.pool.get(txHash) : block?.transactions[location.index];
    return tx === undefined ? null : data(tx.raw);
  },
});
