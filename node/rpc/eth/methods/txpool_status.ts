/** How many transactions can be executed next, and how many wait for others. */
import {quantity} from '../hex.ts';
import {defineMethod} from '../method.ts';

export const txpool_status = defineMethod({
  name: 'txpool_status',
  params: [],
  example: {params: [], result: {pending: '0x2', queued: '0x0'}},
  handler: (context) => {
    const {pending, queued} = context.pool.counts();
    return {pending: quantity(pending), queued: quantity(queued)};
  },
});
