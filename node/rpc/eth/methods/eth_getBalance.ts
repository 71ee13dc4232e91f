/** Balance of an account, wei (1 QANAT is 10^18). */
import {blockNumberOrHash, existingNumber, LATEST} from '../block-ref.ts';
import {quantity} from '../hex.ts';
import {defineMethod, optional, required} from '../method.ts';
import {address} from '../schema.ts';

export const eth_getBalance = defineMethod({
  name: 'eth_getBalance',
  params: [required('address', address), optional('block', blockNumberOrHash, LATEST)],
  example: {params: ['0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266', 'latest'], result: '0x21e19e0c9bab2400000'},
  handler: async (context, [account, block]) => {
    const state = await context.chain.stateAt(await existingNumber(context.chain, block));
    return quantity(state.balance(account));
  },
});
