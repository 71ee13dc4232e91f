/** Traces all transactions of a block, on the state of its parent. */
import {defineMethod, maybe, required} from '../method.ts';
import {hash} from '../schema.ts';
import {defaultTrace, traceConfig} from '../trace-config.ts';
import {blockToTrace, blockTraces} from '../trace-result.ts';

export const debug_traceBlockByHash = defineMethod({
  name: 'debug_traceBlockByHash',
  params: (limits) => [required('hash', hash), maybe('config', traceConfig(limits))],
  example: {
    params: ['0x1111111111111111111111111111111111111111111111111111111111111111', {tracer: 'callTracer'}],
    result: 'an array of {txHash, result}',
  },
  handler: async (context, [blockHash, options]) => blockTraces(context, await blockToTrace(context, {hash: blockHash}), options ?? defaultTrace(context.limits)),
});
