/** Sends a transaction of any account, impersonated or not, without a signature. */
import {callRequest, checkChainId} from '../../call-request.ts';
import {rpcErrors} from '../../errors.ts';
import {required} from '../../method.ts';
import {defineDevMethod, sendFrom} from '../method.ts';

export const eth_sendUnsignedTransaction = defineDevMethod({
  names: ['eth_sendUnsignedTransaction'],
  params: [required('transaction', callRequest)],
  example: {params: [{from: '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266', to: '0x70997970c51812dc3a010c7d01b50e0d17dc79c8', value: '0x1'}], result: '0x9b2d7dfda6ad94d8c058e258d85f8efcfb10001332f968fb98129ea1cdeb1134'},
  handler: ({dev, context}, [{request, chainId}]) => {
    checkChainId(chainId, context.chain.chainId);
    if (request.from === undefined) throw rpcErrors.invalidParams('invalid argument 0 (transaction): missing field "from"');
    return sendFrom(context, dev, {...request, from: request.from}, true);
  },
});
