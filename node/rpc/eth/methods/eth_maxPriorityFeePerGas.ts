/** A tip that recent full blocks accepted, wei. */
import {quantity} from '../hex.ts';
import {defineMethod} from '../method.ts';

export const eth_maxPriorityFeePerGas = defineMethod({
  name: 'eth_maxPriorityFeePerGas',
  params: [],
  example: {params: [], result: '0x5f5e100'},
  handler: async (context) => quantity(await context.fees.suggestedTip()),
});
