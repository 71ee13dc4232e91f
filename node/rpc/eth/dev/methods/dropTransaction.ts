/** Takes a transaction out of the pool. */
import {required} from '../../method.ts';
import {hash} from '../../schema.ts';
import {defineDevMethod} from '../method.ts';

export const dropTransaction = defineDevMethod({
  names: ['anvil_dropTransaction', 'hardhat_dropTransaction'],
  params: [required('hash', hash)],
  example: {params: ['0x9b2d7dfda6ad94d8c058e258d85f8efcfb10001332f968fb98129ea1cdeb1134'], result: false},
  handler: async ({dev, name}, [txHash]) => {
    const wasThere = await dev.drop(txHash);
    if (!name.startsWith('anvil_')) return wasThere;
    return wasThere ? txHash : null;
  },
});
