/** Whether a block is made as soon as there is a transaction for it. Turning it on ends mining at an interval. */
import {required} from '../../method.ts';
import {boolean} from '../../schema.ts';
import {defineDevMethod} from '../method.ts';

export const evm_setAutomine = defineDevMethod({
  names: ['evm_setAutomine', 'anvil_setAutomine'],
  params: [required('isOn', boolean)],
  example: {params: [false], result: true},
  handler: async ({dev}, [isOn]) => {
    await dev.setAutomine(isOn);
    return true;
  },
});
