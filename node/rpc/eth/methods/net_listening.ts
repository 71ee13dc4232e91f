/** Whether the node takes connections from peers. */
import {defineMethod} from '../method.ts';

export const net_listening = defineMethod({
  name: 'net_listening',
  params: [],
  example: {params: [], result: true},
  handler: (context) => context.network().listening,
});
