/** Always empty: the node holds no keys. */
import {defineMethod} from '../method.ts';

export const eth_accounts = defineMethod({
  name: 'eth_accounts',
  params: [],
  example: {params: [], result: []},
  handler: () => [],
});
