/** Moves the clock of the chain forward; answers by how many seconds it is ahead in all. */
import {required} from '../../method.ts';
import {amount, defineDevMethod} from '../method.ts';

export const evm_increaseTime = defineDevMethod({
  names: ['evm_increaseTime', 'anvil_increaseTime'],
  params: [required('seconds', amount(64))],
  example: {params: ['0xe10'], result: 3600},
  handler: async ({dev}, [seconds]) => Number(await dev.increaseTime(seconds)),
});
