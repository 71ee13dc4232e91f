/** Begins to collect logs for eth_getFilterChanges. */
import {rpcErrors} from '../errors.ts';
import {logQuery} from '../log-search.ts';
import {defineMethod, required} from '../method.ts';

export const eth_newFilter = defineMethod({
  name: 'eth_newFilter',
  params: (limits) => [required('filter', logQuery(limits))],
  example: {params: [{address: '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'}], result: '0x…, the id of the filter'},
  handler: (context, [query]) => {
    if ('blockHash' in query.range) throw rpcErrors.invalidParams('a filter for logs to come takes no blockHash');
    return context.filters.add({type: 'logs', query});
  },
});
