/** Sets the time of the next block, in seconds of the Unix epoch; the clock of the chain goes on from there. */
import {required} from '../../method.ts';
import {amount, defineDevMethod} from '../method.ts';

export const evm_setNextBlockTimestamp = defineDevMethod({
  names: ['evm_setNextBlockTimestamp', 'anvil_setNextBlockTimestamp'],
  params: [required('timestamp', amount(64))],
  example: {params: ['0xf4865700'], result: null},
  handler: async ({dev}, [timestamp]) => {
    await dev.setNextTimestamp(timestamp);
    return null;
  },
});
