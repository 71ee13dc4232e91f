/** Forgets a filter. false when it was not there. */
import {defineMethod, required} from '../method.ts';
import {string} from '../schema.ts';

export const eth_uninstallFilter = defineMethod({
  name: 'eth_uninstallFilter',
  params: [required('filterId', string)],
  example: {params: ['0x1'], result: false},
  handler: (context, [id]) => context.filters.remove(id),
});
