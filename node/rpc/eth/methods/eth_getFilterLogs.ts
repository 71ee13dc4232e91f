/** All logs that match a filter, old ones too. */
import {searchLogs} from '../log-search.ts';
import {defineMethod, required} from '../method.ts';
import {string} from '../schema.ts';

export const eth_getFilterLogs = defineMethod({
  name: 'eth_getFilterLogs',
  params: [required('filterId', string)],
  isHeavy: true,
  example: {params: ['0x1'], result: 'an array of logs'},
  handler: (context, [id]) => searchLogs(context.filters.logQueryOf(id), context),
});
