/** Sets the code of an account; `0x` takes it away. */
import {required} from '../../method.ts';
import {address, bytes} from '../../schema.ts';
import {defineDevMethod, done} from '../method.ts';

export const setCode = defineDevMethod({
  names: ['anvil_setCode', 'hardhat_setCode'],
  params: [required('address', address), required('code', bytes)],
  example: {params: ['0x70997970c51812dc3a010c7d01b50e0d17dc79c8', '0x60016000f3'], result: true},
  handler: async ({dev, name}, [account, code]) => {
    await dev.setAccount(account, {code});
    return done(name);
  },
});
