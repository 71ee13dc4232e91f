/** Whether a block is made as soon as there is a transaction for it. */
import {defineDevMethod} from '../method.ts';

export const getAutomine = defineDevMethod({
  names: ['anvil_getAutomine', 'hardhat_getAutomine'],
  params: [],
  example: {params: [], result: true},
  handler: ({dev}) => dev.isAutomining,
});
