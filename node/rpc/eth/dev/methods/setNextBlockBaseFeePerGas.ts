/** Sets the base fee of the next block, wei; the ones after follow from it. */
import {required} from '../../method.ts';
import {amount, defineDevMethod, done} from '../method.ts';

export const setNextBlockBaseFeePerGas = defineDevMethod({
  names: ['anvil_setNextBlockBaseFeePerGas', 'hardhat_setNextBlockBaseFeePerGas'],
  params: [required('baseFee', amount(256))],
  example: {params: ['0x3b9aca00'], result: true},
  handler: async ({dev, name}, [baseFee]) => {
    await dev.setNextBaseFee(baseFee);
    return done(name);
  },
});
