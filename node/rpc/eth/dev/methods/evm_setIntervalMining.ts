/** Mines a block every so many seconds (as anvil has it; Hardhat counts milliseconds), and no longer at once; 0 stops it. */
import {required} from '../../method.ts';
import {amount, defineDevMethod} from '../method.ts';

export const evm_setIntervalMining = defineDevMethod({
  names: ['evm_setIntervalMining', 'anvil_setIntervalMining'],
  params: [required('seconds', amount(64))],
  example: {params: ['0x5'], result: true},
  handler: async ({dev}, [seconds]) => {
    await dev.setIntervalMining(seconds * 1000n);
    return true;
  },
});
