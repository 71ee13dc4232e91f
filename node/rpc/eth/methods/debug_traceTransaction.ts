/** Executes an included transaction once more under a tracer: geth's struct logger, callTracer, prestateTracer, 4byteTracer or noopTracer. */
import {rpcErrors} from '../errors.ts';
import {defineMethod, maybe, required} from '../method.ts';
import {hash} from '../schema.ts';
import {defaultTrace, traceConfig} from '../trace-config.ts';
import {withTracing} from '../trace-result.ts';

export const debug_traceTransaction = defineMethod({
  name: 'debug_traceTransaction',
  params: (limits) => [required('hash', hash), maybe('config', traceConfig(limits))],
  example: {
    params: ['0x1111111111111111111111111111111111111111111111111111111111111111', {tracer: 'callTracer'}],
    result: 'the trace: for callTracer the tree of calls, without a tracer {gas, failed, returnValue, structLogs}',
  },
  handler: async (context, [txHash, options]) => {
    const location = await context.chain.transactionLocation(txHash);
    const block = location === undefined ? undefined : await context.chain.blockByNumber(location.blockNumber);
    if (location === undefined || block === undefined) throw rpcErrors.server('transaction not found');
    return withTracing(context, (tracing) => tracing.transaction(block, location.index, options ?? defaultTrace(context.limits)));
  },
});
