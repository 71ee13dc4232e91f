/** Sets one storage slot of an account that exists. Slot and value may be shorter than a word. */
import {required} from '../../method.ts';
import {address, slot} from '../../schema.ts';
import {defineDevMethod, done} from '../method.ts';

export const setStorageAt = defineDevMethod({
  names: ['anvil_setStorageAt', 'hardhat_setStorageAt'],
  params: [required('address', address), required('slot', slot), required('value', slot)],
  example: {params: ['0x0000000000000000000000000000000000001011', '0x0', '0x000000000000000000000000000000000000000000000000000000000000002a'], result: true},
  handler: async ({dev, name}, [account, key, value]) => {
    await dev.setAccount(account, {stateDiff: new Map([[key, value]])});
    return done(name);
  },
});
