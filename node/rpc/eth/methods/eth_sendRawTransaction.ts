/** Hands a signed transaction to the pool; its hash comes back. The refusals are those of geth. */
import {defineMethod, required} from '../method.ts';
import {bytes} from '../schema.ts';
import {RpcError} from '../errors.ts';

export const eth_sendRawTransaction = defineMethod({
  name: 'eth_sendRawTransaction',
  params: [required('transaction', bytes)],
  example: {
    params: [
      '0x02f87683011b8e80843b9aca008502540be4008252089470997970c51812dc3a010c7d01b50e0d17dc79c8880de0b6b3a764000080c001a0b69bad241f93a513944845207bd2ca76a498b312acc23400fc0e33e98a8b5423a04a68996f1e7d9a4b54a3859a8ade88579206ef57e030b95fd6cb53ab71da16a5',
    ],
    result: '0x9b2d7dfda6ad94d8c058e258d85f8efcfb10001332f968fb98129ea1cdeb1134',
  },
  prepare: ({pool}, requests) => pool.prepare?.(requests.flatMap(([raw]) => bytesOrNothing(raw))),
  handler: (context, [raw]) => context.pool.submit(raw),
});

/** What is wrong with it is said when it is handed in. */
function bytesOrNothing(value: unknown): Uint8Array[] {
  try {
    return [bytes(value, 'transaction')];
  } catch (error) {
    if (error instanceof RpcError) return [];
    throw error;
  }
}
