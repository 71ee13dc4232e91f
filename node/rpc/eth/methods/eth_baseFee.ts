/** Base fee of the next block, in wei. */
import {quantity} from '../hex.ts';
import {defineMethod} from '../method.ts';

export const eth_baseFee = defineMethod({
  name: 'eth_baseFee',
  params: [],
  example: {params: [], result: '0x3b9aca00'},
  handler: (context) => quantity(context.chain.baseFeeOfNextBlock()),
});
