/** What the methods debug_trace* share. */
import type {EthBlock} from '#node/execution';
import type {TraceOptions, TracingBackend} from './backend.ts';
import type {BlockRef} from './block-ref.ts';
import {findBlock} from './block-ref.ts';
import type {Json} from './encode/transaction.ts';
import {rpcErrors} from './errors.ts';
import type {RpcContext} from './method.ts';

/** In its turn. */
export async function withTracing<T>({chain, traces}: RpcContext, work: (tracing: TracingBackend) => Promise<T>): Promise<T> {
  const {tracing} = chain;
  if (tracing === undefined) throw rpcErrors.server('tracing is not available');
  return traces.run(() => work(tracing));
}

/** geth's words for a block that is not there; `pending` is none yet. */
export async function blockToTrace(context: RpcContext, ref: BlockRef): Promise<EthBlock> {
  if ('tag' in ref && ref.tag === 'pending') throw rpcErrors.server('tracing on top of pending is not supported');
  return existingBlock(context, ref);
}

export async function existingBlock(context: RpcContext, ref: BlockRef, what = 'block'): Promise<EthBlock> {
  const block = await findBlock(context.chain, ref);
  if (block !== undefined) return block;
  throw rpcErrors.server('hash' in ref ? `${what} ${ref.hash} not found` : `${what} #${'number' in ref ? ref.number : ref.tag} not found`);
}

export async function blockTraces(context: RpcContext, block: EthBlock, options: TraceOptions): Promise<Json> {
  if (block.header.number === 0n) throw rpcErrors.server('genesis is not traceable');
  const traces = await withTracing(context, (tracing) => tracing.block(block, options));
  return traces.map(({txHash, result}) => ({txHash, result}));
}
