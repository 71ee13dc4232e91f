/** Price of blob gas, wei. This chain takes no blobs, so it stays at the least that EIP-4844 knows. */
import {defineMethod} from '../method.ts';

export const eth_blobBaseFee = defineMethod({
  name: 'eth_blobBaseFee',
  params: [],
  example: {params: [], result: '0x1'},
  handler: () => '0x1',
});
