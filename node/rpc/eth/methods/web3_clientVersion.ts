/** Name and version of this node. */
import {defineMethod} from '../method.ts';

export const web3_clientVersion = defineMethod({
  name: 'web3_clientVersion',
  params: [],
  example: {params: [], result: 'Qanat/v0.1.0/linux-x64/node20.19.0'},
  handler: (context) => context.clientVersion,
});
