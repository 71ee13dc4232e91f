/** Which program this is and where its chain stands. */
import {defineDevMethod} from '../method.ts';

export const metadata = defineDevMethod({
  names: ['anvil_metadata', 'hardhat_metadata'],
  params: [],
  example: {params: [], result: {clientVersion: 'Qanat/v0.1.0/linux-x64/node20.19.0', chainId: 72590, latestBlockNumber: 7, latestBlockHash: '0x…'}},
  handler: ({context: {chain, clientVersion}}) => {
    const {number, hash} = chain.head().header;
    return {clientVersion, chainId: Number(chain.chainId), latestBlockNumber: Number(number), latestBlockHash: hash};
  },
});
