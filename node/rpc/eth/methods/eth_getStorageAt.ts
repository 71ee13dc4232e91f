/** One word of an account's storage. */
import {blockNumberOrHash, existingNumber, LATEST} from '../block-ref.ts';
import {data} from '../hex.ts';
import {defineMethod, optional, required} from '../method.ts';
import {address, slot} from '../schema.ts';

export const eth_getStorageAt = defineMethod({
  name: 'eth_getStorageAt',
  params: [required('address', address), required('slot', slot), optional('block', blockNumberOrHash, LATEST)],
  example: {params: ['0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266', '0x0', 'latest'], result: '0x0000000000000000000000000000000000000000000000000000000000000000'},
  handler: async (context, [account, key, block]) => {
    const state = await context.chain.stateAt(await existingNumber(context.chain, block));
    return data(state.storage(account, key));
  },
});
