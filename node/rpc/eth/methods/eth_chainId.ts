/** Chain id of EIP-155. */
import {quantity} from '../hex.ts';
import {defineMethod} from '../method.ts';

export const eth_chainId = defineMethod({
  name: 'eth_chainId',
  params: [],
  example: {params: [], result: '0x11b8e'},
  handler: (context) => quantity(context.chain.chainId),
});
