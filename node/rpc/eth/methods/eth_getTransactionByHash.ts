/** A transaction of a block or of the pool; null when neither has it. */
import {transactionAt} from '../block-result.ts';
import {transactionJson} from '../encode/transaction.ts';
import {defineMethod, required} from '../method.ts';
import {hash} from '../schema.ts';

export const eth_getTransactionByHash = defineMethod({
  name: 'eth_getTransactionByHash',
  params: [required('hash', hash)],
  example: {params: ['0x1111111111111111111111111111111111111111111111111111111111111111'], result: null},
  handler: async (context, [txHash]) => {
    const location = await context.chain.transactionLocation(txHash);
    if (location !== undefined) return transactionAt(await context.recent.block(location.blockNumber), BigInt(location.index));
    const pooled = context.pool.get(txHash);
    return pooled === undefined ? null : transactionJson(pooled, undefined);
  },
});
