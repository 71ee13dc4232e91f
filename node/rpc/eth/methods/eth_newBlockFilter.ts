/** Begins to collect hashes of new blocks for eth_getFilterChanges. */
import {defineMethod} from '../method.ts';

export const eth_newBlockFilter = defineMethod({
  name: 'eth_newBlockFilter',
  params: [],
  example: {params: [], result: '0x…, the id of the filter'},
  handler: (context) => context.filters.add({type: 'blocks'}),
});
