/** Whether eth_sendTransaction takes transactions of every account. */
import {required} from '../../method.ts';
import {boolean} from '../../schema.ts';
import {defineDevMethod, done} from '../method.ts';

export const autoImpersonateAccount = defineDevMethod({
  names: ['anvil_autoImpersonateAccount', 'hardhat_autoImpersonateAccount'],
  params: [required('isOn', boolean)],
  example: {params: [true], result: true},
  handler: async ({dev, name}, [isOn]) => {
    await dev.impersonateAll(isOn);
    return done(name);
  },
});
