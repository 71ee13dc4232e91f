/** Traces all transactions of a block, on the state of its parent. */
import {blockNumber} from '../block-ref.ts';
import {defineMethod, maybe, required} from '../method.ts';
import {defaultTrace, traceConfig} from '../trace-config.ts';
import {blockToTrace, blockTraces} from '../trace-result.ts';

export const debug_traceBlockByNumber = defineMethod({
  name: 'debug_traceBlockByNumber',
  params: (limits) => [required('block', blockNumber), maybe('config', traceConfig(limits))],
  example: {params: ['0x1', {tracer: 'callTracer'}], result: 'an array of {txHash, result}'},
  handler: async (context, [ref, options]) => blockTraces(context, await blockToTrace(context, ref), options ?? defaultTrace(context.limits)),
});
