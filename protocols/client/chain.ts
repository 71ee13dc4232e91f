import {defineChain} from 'viem';

/**
 * The development network that `npm start` runs.
 * @example
 * import {createPublicClient, http} from 'viem';
 * import {qanatDevnet} from 'qanat/client';
 *
 * const client = createPublicClient({chain: qanatDevnet, transport: http()});
 * console.log(await client.getBlockNumber());
 */
export const qanatDevnet = defineChain({
  id: 72590,
  name: 'Qanat devnet',
  nativeCurrency: {name: 'Qanat', symbol: 'QANAT', decimals: 18},
  rpcUrls: {default: {http: ['http://127.0.0.1:8545'], webSocket: ['ws://127.0.0.1:8546']}},
  testnet: true,
});
