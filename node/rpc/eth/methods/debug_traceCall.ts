/** Traces a call that nobody signed, on the state after a block (or after its first `txIndex` transactions), with overrides of state and block. */
import {blockNumberOrHash} from '../block-ref.ts';
import {callRequest, checkChainId, withoutUndefined} from '../call-request.ts';
import {defineMethod, maybe, required} from '../method.ts';
import {defaultTrace, traceCallConfig} from '../trace-config.ts';
import {blockToTrace, withTracing} from '../trace-result.ts';

export const debug_traceCall = defineMethod({
  name: 'debug_traceCall',
  params: (limits) => [required('transaction', callRequest), required('block', blockNumberOrHash), maybe('config', traceCallConfig(limits))],
  example: {
    params: [{to: '0x70997970c51812dc3a010c7d01b50e0d17dc79c8', data: '0x'}, 'latest', {tracer: 'callTracer'}],
    result: 'the trace, as of debug_traceTransaction',
  },
  handler: async (context, [call, ref, config]) => {
    checkChainId(call.chainId, context.chain.chainId);
    const block = await blockToTrace(context, ref);
    const options = withoutUndefined(config ?? defaultTrace(context.limits));
    return withTracing(context, (tracing) => tracing.call(call.request, block, {...options, gasLimitMax: context.limits.callGasMax}));
  },
});
