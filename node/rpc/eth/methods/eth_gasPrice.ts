/** Base fee of the next block plus the suggested tip, wei. */
import {quantity} from '../hex.ts';
import {defineMethod} from '../method.ts';

export const eth_gasPrice = defineMethod({
  name: 'eth_gasPrice',
  params: [],
  example: {params: [], result: '0x3b9aca00'},
  handler: async (context) => quantity(context.chain.baseFeeOfNextBlock() + (await context.fees.suggestedTip())),
});
