/** The chain id as a decimal string; this network has no network id of its own. */
import {defineMethod} from '../method.ts';

export const net_version = defineMethod({
  name: 'net_version',
  params: [],
  example: {params: [], result: '72590'},
  handler: (context) => context.chain.chainId.toString(),
});
