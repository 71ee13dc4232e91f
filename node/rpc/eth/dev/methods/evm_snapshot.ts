/** Remembers state, blocks, pool and time; answers the id that evm_revert takes. */
import {quantity} from '../../hex.ts';
import {defineDevMethod} from '../method.ts';

export const evm_snapshot = defineDevMethod({
  names: ['evm_snapshot', 'anvil_snapshot'],
  params: [],
  example: {params: [], result: '0x1'},
  handler: async ({dev}) => quantity(await dev.snapshot()),
});
