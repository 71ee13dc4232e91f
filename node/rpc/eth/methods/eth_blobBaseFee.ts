/** Price of blob gas in the last block, wei. This chain takes no blobs, so there it stays at the least that EIP-4844 knows. */
import {quantity} from '../hex.ts';
import {defineMethod} from '../method.ts';

export const eth_blobBaseFee = defineMethod({
  name: 'eth_blobBaseFee',
  params: [],
  example: {params: [], result: '0x1'},
  handler: ({chain}) => quantity(chain.blobGas(chain.head().header).price),
});
