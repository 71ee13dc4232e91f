/** Ends what impersonateAccount began. */
import {required} from '../../method.ts';
import {address} from '../../schema.ts';
import {defineDevMethod} from '../method.ts';

export const stopImpersonatingAccount = defineDevMethod({
  names: ['anvil_stopImpersonatingAccount', 'hardhat_stopImpersonatingAccount'],
  params: [required('address', address)],
  example: {params: ['0x70997970c51812dc3a010c7d01b50e0d17dc79c8'], result: true},
  handler: async ({dev, name}, [account]) => {
    const wasImpersonated = await dev.stopImpersonating(account);
    return name.startsWith('anvil_') ? null : wasImpersonated;
  },
});
