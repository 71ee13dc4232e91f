/** Executes a call on the state of a block and gives back what it returns. Nothing is changed. Reverts come as error 3 with their data. */
import {blockNumberOrHash, existingNumber, isPending, LATEST} from '../block-ref.ts';
import {blockOverrides, callRequest, checkChainId, stateOverrides, withoutUndefined} from '../call-request.ts';
import {rpcErrors} from '../errors.ts';
import {data} from '../hex.ts';
import {defineMethod, maybe, optional, required} from '../method.ts';

export const eth_call = defineMethod({
  name: 'eth_call',
  params: (limits) => [
    required('transaction', callRequest),
    optional('block', blockNumberOrHash, LATEST),
    maybe('stateOverrides', stateOverrides(limits.stateOverridesMax)),
    maybe('blockOverrides', blockOverrides),
  ],
  isHeavy: true,
  example: {params: [{to: '0x70997970c51812dc3a010c7d01b50e0d17dc79c8', data: '0x'}, 'latest'], result: '0x'},
  handler: async (context, [call, block, accounts, environment]) => {
    checkChainId(call.chainId, context.chain.chainId);
    const outcome = await context.chain.call(
      call.request,
      await existingNumber(context.chain, block),
      withoutUndefined({
        pending: isPending(block),
        stateOverrides: accounts,
        blockOverrides: environment,
        gasLimitMax: context.limits.callGasMax,
      }),
    );
    if (outcome.status === 'revert') throw rpcErrors.reverted(outcome.returnData);
    if (outcome.status === 'failure') throw rpcErrors.server(outcome.error ?? 'execution failed');
    return data(outcome.returnData);
  },
});
