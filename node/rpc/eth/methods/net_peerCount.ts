/** Number of connected peers. */
import {quantity} from '../hex.ts';
import {defineMethod} from '../method.ts';

export const net_peerCount = defineMethod({
  name: 'net_peerCount',
  params: [],
  example: {params: [], result: '0x3'},
  handler: (context) => quantity(context.network().peerCount),
});
