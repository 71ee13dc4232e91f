/** Sets who gets the tips of the blocks to come. */
import {required} from '../../method.ts';
import {address} from '../../schema.ts';
import {defineDevMethod, done} from '../method.ts';

export const setCoinbase = defineDevMethod({
  names: ['anvil_setCoinbase', 'hardhat_setCoinbase'],
  params: [required('address', address)],
  example: {params: ['0x70997970c51812dc3a010c7d01b50e0d17dc79c8'], result: true},
  handler: async ({dev, name}, [account]) => {
    await dev.setCoinbase(account);
    return done(name);
  },
});
