/** Takes state, blocks, pool and time back to a snapshot. It is used up by that, and so are all later ones. */
import {required} from '../../method.ts';
import {amount, defineDevMethod} from '../method.ts';

export const evm_revert = defineDevMethod({
  names: ['evm_revert', 'anvil_revert'],
  params: [required('id', amount(256))],
  example: {params: ['0x1'], result: true},
  handler: ({dev}, [id]) => dev.revert(id),
});
