/** A block by number or tag; null when there is none. */
import {blockNumber, findBlock, isPending} from '../block-ref.ts';
import {blockResult, pendingBlockResult} from '../block-result.ts';
import {defineMethod, optional, required} from '../method.ts';
import {boolean} from '../schema.ts';

export const eth_getBlockByNumber = defineMethod({
  name: 'eth_getBlockByNumber',
  params: [required('block', blockNumber), optional('fullTransactions', boolean, false)],
  example: {params: ['latest', false], result: 'a block with the hashes of its transactions'},
  handler: async (context, [ref, full]) => (isPending(ref) ? pendingBlockResult(context, full) : blockResult(context, await findBlock(context.chain, ref), full)),
});
