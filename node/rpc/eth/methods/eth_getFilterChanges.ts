/** What a filter has collected since the last poll. */
import {defineMethod, required} from '../method.ts';
import {string} from '../schema.ts';

export const eth_getFilterChanges = defineMethod({
  name: 'eth_getFilterChanges',
  params: [required('filterId', string)],
  example: {params: ['0x1'], result: 'an array of logs, or of hashes'},
  handler: (context, [id]) => context.filters.changes(id),
});
