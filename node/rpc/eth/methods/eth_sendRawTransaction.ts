/** Hands a signed transaction to the pool; its hash comes back. The refusals are those of geth. */
import {defineMethod, required} from '../method.ts';
import {bytes} from '../schema.ts';

export const eth_sendRawTransaction = defineMethod({
  name: 'eth_sendRawTransaction',
  params: [required('transaction', bytes)],
  example: {params: ['0x02f8…'], result: '0x1111111111111111111111111111111111111111111111111111111111111111'},
  handler: (context, [raw]) => context.pool.submit(raw),
});
