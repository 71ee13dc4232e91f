/** Begins to collect hashes of transactions that enter the pool, for eth_getFilterChanges. */
import {defineMethod} from '../method.ts';

export const eth_newPendingTransactionFilter = defineMethod({
  name: 'eth_newPendingTransactionFilter',
  params: [],
  example: {params: [], result: '0x…, the id of the filter'},
  handler: (context) => context.filters.add({type: 'pendingTransactions'}),
});
