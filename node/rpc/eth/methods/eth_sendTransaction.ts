/** Always an error: the node holds no keys. On a development chain it sends for the accounts of eth_accounts. */
import {callRequest, checkChainId} from '../call-request.ts';
import {sendFrom} from '../dev/method.ts';
import {rpcErrors} from '../errors.ts';
import {defineMethod, required} from '../method.ts';

export const eth_sendTransaction = defineMethod({
  name: 'eth_sendTransaction',
  params: [required('transaction', callRequest)],
  example: {params: [{from: '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266', to: '0x70997970c51812dc3a010c7d01b50e0d17dc79c8', value: '0x1'}], result: 'an error'},
  handler: (context, [{request, chainId}]) => {
    if (context.dev === undefined) throw rpcErrors.noKeys();
    checkChainId(chainId, context.chain.chainId);
    if (request.from === undefined) throw rpcErrors.invalidParams('invalid argument 0 (transaction): missing field "from"');
    return sendFrom(context, context.dev, {...request, from: request.from}, false);
  },
});
