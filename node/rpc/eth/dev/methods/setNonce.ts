/** Sets the nonce of an account, up or down. */
import {required} from '../../method.ts';
import {address} from '../../schema.ts';
import {amount, defineDevMethod, done} from '../method.ts';

export const setNonce = defineDevMethod({
  names: ['anvil_setNonce', 'hardhat_setNonce'],
  params: [required('address', address), required('nonce', amount(64))],
  example: {params: ['0x70997970c51812dc3a010c7d01b50e0d17dc79c8', '0x5'], result: true},
  handler: async ({dev, name}, [account, nonce]) => {
    await dev.setAccount(account, {nonce});
    return done(name);
  },
});
