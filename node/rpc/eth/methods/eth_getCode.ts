/** Code of an account; of a delegated account (EIP-7702) its delegation. */
import {blockNumberOrHash, existingNumber, LATEST} from '../block-ref.ts';
import {data} from '../hex.ts';
import {defineMethod, optional, required} from '../method.ts';
import {address} from '../schema.ts';

export const eth_getCode = defineMethod({
  name: 'eth_getCode',
  params: [required('address', address), optional('block', blockNumberOrHash, LATEST)],
  example: {params: ['0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266', 'latest'], result: '0x'},
  handler: async (context, [account, block]) => {
    const state = await context.chain.stateAt(await existingNumber(context.chain, block));
    return data(state.code(account));
  },
});
