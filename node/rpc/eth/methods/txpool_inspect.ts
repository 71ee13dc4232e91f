/** As txpool_content, each transaction as one line of text. */
import {defineMethod} from '../method.ts';
import {bySender, checkPoolSize, inspected} from '../pool-result.ts';

export const txpool_inspect = defineMethod({
  name: 'txpool_inspect',
  params: [],
  isHeavy: true,
  example: {params: [], result: {pending: {}, queued: {}}},
  handler: (context) => {
    checkPoolSize(context);
    const {pending, queued} = context.pool.content();
    return {pending: bySender(pending, inspected), queued: bySender(queued, inspected)};
  },
});
