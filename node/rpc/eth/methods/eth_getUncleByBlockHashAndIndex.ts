/** Always null: this chain has no uncles. */
import {defineMethod, required} from '../method.ts';
import {hash, uint64} from '../schema.ts';

export const eth_getUncleByBlockHashAndIndex = defineMethod({
  name: 'eth_getUncleByBlockHashAndIndex',
  params: [required('hash', hash), required('index', uint64)],
  example: {params: ['0x1111111111111111111111111111111111111111111111111111111111111111', '0x0'], result: null},
  handler: () => null,
});
