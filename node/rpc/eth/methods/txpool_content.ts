/** The transactions of the pool by sender and nonce. */
import {defineMethod} from '../method.ts';
import {bySender, checkPoolSize, pooled} from '../pool-result.ts';

export const txpool_content = defineMethod({
  name: 'txpool_content',
  params: [],
  isHeavy: true,
  example: {params: [], result: {pending: {}, queued: {}}},
  handler: (context) => {
    checkPoolSize(context);
    const {pending, queued} = context.pool.content();
    return {pending: bySender(pending, pooled), queued: bySender(queued, pooled)};
  },
});
