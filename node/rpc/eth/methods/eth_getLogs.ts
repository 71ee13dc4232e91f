/** Logs of past blocks by address and topics. */
import {logQuery, refuseFuture, searchLogs} from '../log-search.ts';
import {defineMethod, required} from '../method.ts';

export const eth_getLogs = defineMethod({
  name: 'eth_getLogs',
  params: (limits) => [required('filter', logQuery(limits))],
  isHeavy: true,
  example: {params: [{fromBlock: '0x0', toBlock: 'latest', topics: []}], result: 'an array of logs'},
  handler: (context, [query]) => {
    refuseFuture(query, context.chain.head().header.number);
    return searchLogs(query, context);
  },
});
