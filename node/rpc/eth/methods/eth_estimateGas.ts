/** The gas limit that a transaction needs, found by trying. */
import {blockNumberOrHash, findBlock, isPending, LATEST} from '../block-ref.ts';
import {blockOverrides, callRequest, checkChainId, stateOverrides, withoutUndefined} from '../call-request.ts';
import {rpcErrors} from '../errors.ts';
import {estimateGas} from '../gas-estimate.ts';
import {quantity} from '../hex.ts';
import {defineMethod, maybe, optional, required} from '../method.ts';

export const eth_estimateGas = defineMethod({
  name: 'eth_estimateGas',
  params: (limits) => [
    required('transaction', callRequest),
    optional('block', blockNumberOrHash, LATEST),
    maybe('stateOverrides', stateOverrides(limits.stateOverridesMax)),
    maybe('blockOverrides', blockOverrides),
  ],
  isHeavy: true,
  example: {params: [{from: '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266', to: '0x70997970c51812dc3a010c7d01b50e0d17dc79c8', value: '0x1'}], result: '0x5208'},
  handler: async (context, [call, ref, accounts, environment]) => {
    checkChainId(call.chainId, context.chain.chainId);
    const block = await findBlock(context.chain, ref);
    if (block === undefined) throw rpcErrors.headerNotFound();
    const {number, gasLimit} = block.header;
    const options = withoutUndefined({
      number,
      pending: isPending(ref),
      stateOverrides: accounts,
      blockOverrides: environment,
      gasLimitMax: context.limits.callGasMax,
    });
    return quantity(await estimateGas(context.chain, await context.chain.stateAt(number), gasLimit, call.request, options));
  },
});
