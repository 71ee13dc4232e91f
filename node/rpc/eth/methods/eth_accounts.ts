/** Empty: the node holds no keys. On a development chain, the accounts of its mnemonic and those that are impersonated. */
import {defineMethod} from '../method.ts';

export const eth_accounts = defineMethod({
  name: 'eth_accounts',
  params: [],
  example: {params: [], result: []},
  handler: ({dev}) => [...(dev?.accounts() ?? [])],
});
