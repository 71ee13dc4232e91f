/** Sets the gas limit of all blocks to come. */
import {required} from '../../method.ts';
import {amount, defineDevMethod} from '../method.ts';

export const evm_setBlockGasLimit = defineDevMethod({
  names: ['evm_setBlockGasLimit', 'anvil_setBlockGasLimit'],
  params: [required('gas', amount(64))],
  example: {params: ['0x1c9c380'], result: true},
  handler: async ({dev}, [gas]) => {
    await dev.setBlockGasLimit(gas);
    return true;
  },
});
