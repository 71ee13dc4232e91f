/** Executes blocks of calls on top of a block, with overrides, and shows the blocks that would come of it. Nothing is changed. */
import {blockNumberOrHash, existingNumber, LATEST} from '../block-ref.ts';
import {checkChainId} from '../call-request.ts';
import {simulatedBlockJson} from '../encode/simulation.ts';
import {EncodedJson} from '../encode/encoded.ts';
import {defineMethod, optional, required} from '../method.ts';
import {simulationRequest} from '../simulation-request.ts';

export const eth_simulateV1 = defineMethod({
  name: 'eth_simulateV1',
  params: (limits) => [required('payload', simulationRequest(limits)), optional('block', blockNumberOrHash, LATEST)],
  isHeavy: true,
  example: {
    params: [
      {
        blockStateCalls: [
          {
            stateOverrides: {'0xc000000000000000000000000000000000000000': {balance: '0x3e8'}},
            calls: [{from: '0xc000000000000000000000000000000000000000', to: '0xc100000000000000000000000000000000000000', value: '0x3e8'}],
          },
        ],
      },
      'latest',
    ],
    result: 'one block per entry, and one per number left out between them: its header, size and transactions, and calls with returnData, logs, gasUsed, maxUsedGas, status, error',
  },
  handler: async (context, [{request, chainIds, full}, block]) => {
    for (const chainId of chainIds) checkChainId(chainId, context.chain.chainId);
    const number = await existingNumber(context.chain, block);
    const blocks = await context.chain.simulate(request, number, {gasMax: context.limits.callGasMax});
    return new EncodedJson(`[${blocks.map((simulated) => JSON.stringify(simulatedBlockJson(simulated, full))).join(',')}]`);
  },
});
