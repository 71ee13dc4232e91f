/** false when in sync, else how far the node is. */
import {quantity} from '../hex.ts';
import {defineMethod} from '../method.ts';

export const eth_syncing = defineMethod({
  name: 'eth_syncing',
  params: [],
  example: {params: [], result: false},
  handler: (context) => {
    const {syncing} = context.network();
    if (syncing === undefined) return false;
    return {
      startingBlock: quantity(syncing.startingBlock),
      currentBlock: quantity(syncing.currentBlock),
      highestBlock: quantity(syncing.highestBlock),
    };
  },
});
