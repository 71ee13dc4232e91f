/** The transactions of one sender in the pool, by nonce. */
import {defineMethod, required} from '../method.ts';
import {byNonce, pooled} from '../pool-result.ts';
import {address} from '../schema.ts';

export const txpool_contentFrom = defineMethod({
  name: 'txpool_contentFrom',
  params: [required('address', address)],
  isHeavy: true,
  example: {params: ['0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'], result: {pending: {}, queued: {}}},
  handler: (context, [sender]) => {
    const {pending, queued} = context.pool.contentFrom(sender);
    return {pending: byNonce(pending, pooled), queued: byNonce(queued, pooled)};
  },
});
