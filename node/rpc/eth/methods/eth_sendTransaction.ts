/** Always an error: the node holds no keys. */
import {rpcErrors} from '../errors.ts';
import {defineMethod, required} from '../method.ts';
import {record} from '../schema.ts';

export const eth_sendTransaction = defineMethod({
  name: 'eth_sendTransaction',
  params: [required('transaction', record)],
  example: {params: [{from: '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266', to: '0x70997970c51812dc3a010c7d01b50e0d17dc79c8', value: '0x1'}], result: 'an error'},
  handler: () => {
    throw rpcErrors.noKeys();
  },
});
