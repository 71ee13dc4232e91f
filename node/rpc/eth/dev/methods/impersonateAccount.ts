/** From now on eth_sendTransaction takes transactions of this account without its key, contracts included. */
import {required} from '../../method.ts';
import {address} from '../../schema.ts';
import {defineDevMethod, done} from '../method.ts';

export const impersonateAccount = defineDevMethod({
  names: ['anvil_impersonateAccount', 'hardhat_impersonateAccount'],
  params: [required('address', address)],
  example: {params: ['0x70997970c51812dc3a010c7d01b50e0d17dc79c8'], result: true},
  handler: async ({dev, name}, [account]) => {
    await dev.impersonate(account);
    return done(name);
  },
});
