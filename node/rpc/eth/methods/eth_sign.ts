/** Always an error: the node holds no keys. On a development chain it signs a message (EIP-191) with the key of a development account. */
import {signMessage} from '../dev/sign.ts';
import {rpcErrors} from '../errors.ts';
import {defineMethod, required} from '../method.ts';
import {address, bytes} from '../schema.ts';

export const eth_sign = defineMethod({
  name: 'eth_sign',
  params: [required('address', address), required('message', bytes)],
  example: {params: ['0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266', '0x68656c6c6f'], result: 'an error'},
  handler: ({dev}, [account, message]) => {
    if (dev === undefined) throw rpcErrors.noKeys();
    return signMessage(dev, account, message);
  },
});
