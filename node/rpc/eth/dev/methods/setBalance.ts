/** Sets the balance of an account, wei: at once in the newest state, in the chain with the next block. */
import {required} from '../../method.ts';
import {address} from '../../schema.ts';
import {amount, defineDevMethod, done} from '../method.ts';

export const setBalance = defineDevMethod({
  names: ['anvil_setBalance', 'hardhat_setBalance'],
  params: [required('address', address), required('balance', amount(256))],
  example: {params: ['0x70997970c51812dc3a010c7d01b50e0d17dc79c8', '0xde0b6b3a7640000'], result: true},
  handler: async ({dev, name}, [account, balance]) => {
    await dev.setAccount(account, {balance});
    return done(name);
  },
});
