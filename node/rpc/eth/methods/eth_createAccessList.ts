/** The access list (EIP-2930) of what a call touches, and the gas that the call uses with it. A call that fails has one too, beside `error`. */
import {blockNumberOrHash, existingNumber, isPending, LATEST} from '../block-ref.ts';
import {callRequest, checkChainId, stateOverrides, withoutUndefined} from '../call-request.ts';
import {quantity} from '../hex.ts';
import {defineMethod, maybe, optional, required} from '../method.ts';

export const eth_createAccessList = defineMethod({
  name: 'eth_createAccessList',
  params: (limits) => [
    required('transaction', callRequest),
    optional('block', blockNumberOrHash, LATEST),
    maybe('stateOverrides', stateOverrides(limits.stateOverridesMax)),
  ],
  isHeavy: true,
  example: {
    params: [{from: '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266', to: '0x70997970c51812dc3a010c7d01b50e0d17dc79c8'}, 'latest'],
    result: {accessList: [], gasUsed: '0x5208'},
  },
  handler: async (context, [call, block, accounts]) => {
    checkChainId(call.chainId, context.chain.chainId);
    const number = await existingNumber(context.chain, block);
    const options = withoutUndefined({pending: isPending(block), stateOverrides: accounts, gasLimitMax: context.limits.callGasMax});
    const {accessList, error, gasUsed} = await context.chain.createAccessList(call.request, number, options);
    return {
      accessList: accessList.map(({address, storageKeys}) => ({address, storageKeys: [...storageKeys]})),
      ...(error !== undefined && {error}),
      gasUsed: quantity(gasUsed),
    };
  },
});
