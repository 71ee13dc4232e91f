/** From which block on this node answers what, so that clients can choose a node for a request. */
import {quantity} from '../hex.ts';
import {defineMethod} from '../method.ts';

export const eth_capabilities = defineMethod({
  name: 'eth_capabilities',
  params: [],
  example: {params: [], result: 'the head, and for state, tx, logs, receipts, blocks and stateproofs whether they are served and from which block on'},
  handler: (context) => {
    const {chain} = context;
    const {number, hash} = chain.head().header;
    const {state, bodies, stateWindow} = chain.oldest();
    const from = (block: bigint) => ({disabled: false, oldestBlock: quantity(block)});
    const states = {
      ...from(state),
      ...(stateWindow === undefined ? {} : {deleteStrategy: {type: 'window', retentionBlocks: quantity(stateWindow)}}),
    };
    return {
      head: {number: quantity(number), hash},
      state: states,
      tx: from(bodies),
      logs: from(chain.firstBlock ?? 0n),
      receipts: from(chain.firstBlock ?? 0n),
      blocks: from(bodies),
      stateproofs: states,
    };
  },
});
