/** Number of the last committed block. */
import {quantity} from '../hex.ts';
import {defineMethod} from '../method.ts';

export const eth_blockNumber = defineMethod({
  name: 'eth_blockNumber',
  params: [],
  example: {params: [], result: '0x1f'},
  handler: (context) => quantity(context.chain.head().header.number),
});
