/** Nonce of an account. For the pending block, the pool's transactions of the account count too. */
import {blockNumberOrHash, existingNumber, isPending, LATEST} from '../block-ref.ts';
import {quantity} from '../hex.ts';
import {defineMethod, optional, required} from '../method.ts';
import {address} from '../schema.ts';

export const eth_getTransactionCount = defineMethod({
  name: 'eth_getTransactionCount',
  params: [required('address', address), optional('block', blockNumberOrHash, LATEST)],
  example: {params: ['0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266', 'pending'], result: '0x0'},
  handler: async (context, [account, block]) => {
    if (isPending(block)) return quantity(context.pool.pendingNonce(account));
    const state = await context.chain.stateAt(await existingNumber(context.chain, block));
    return quantity(state.nonce(account));
  },
});
