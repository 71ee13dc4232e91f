/** Always null: this chain has no uncles. */
import {blockNumber} from '../block-ref.ts';
import {defineMethod, required} from '../method.ts';
import {uint64} from '../schema.ts';

export const eth_getUncleByBlockNumberAndIndex = defineMethod({
  name: 'eth_getUncleByBlockNumberAndIndex',
  params: [required('block', blockNumber), required('index', uint64)],
  example: {params: ['latest', '0x0'], result: null},
  handler: () => null,
});
