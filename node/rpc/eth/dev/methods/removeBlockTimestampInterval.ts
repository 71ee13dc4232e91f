/** Blocks follow the clock again. */
import {defineDevMethod} from '../method.ts';

export const removeBlockTimestampInterval = defineDevMethod({
  names: ['anvil_removeBlockTimestampInterval'],
  params: [],
  example: {params: [], result: true},
  handler: async ({dev}) => {
    await dev.setTimestampInterval(undefined);
    return true;
  },
});
