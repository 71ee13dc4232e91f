/** How the next block will be made, in the fields that anvil answers. */
import {quantity} from '../../hex.ts';
import {defineDevMethod} from '../method.ts';

export const nodeInfo = defineDevMethod({
  names: ['anvil_nodeInfo'],
  params: [],
  example: {params: [], result: {currentBlockNumber: '0x7', hardFork: 'osaka'}},
  handler: ({dev, context: {chain}}) => {
    const {number, hash, timestamp, gasLimit} = chain.head().header;
    return {
      currentBlockNumber: quantity(number),
      currentBlockTimestamp: Number(timestamp),
      currentBlockHash: hash,
      hardFork: 'osaka',
      transactionOrder: 'fees',
      environment: {baseFee: quantity(chain.baseFeeOfNextBlock()), chainId: Number(chain.chainId), gasLimit: quantity(gasLimit), gasPrice: quantity(chain.baseFeeOfNextBlock())},
      isAutomining: dev.isAutomining,
      forkConfig: {forkUrl: null, forkBlockNumber: null, forkRetryBackoff: null},
    };
  },
});
