/** From now on blocks stand so many seconds after each other, whatever the clock says. */
import {required} from '../../method.ts';
import {amount, defineDevMethod} from '../method.ts';

export const setBlockTimestampInterval = defineDevMethod({
  names: ['anvil_setBlockTimestampInterval'],
  params: [required('seconds', amount(64))],
  example: {params: [12], result: null},
  handler: async ({dev}, [seconds]) => {
    await dev.setTimestampInterval(seconds);
    return null;
  },
});
