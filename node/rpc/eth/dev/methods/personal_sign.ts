/** Signs a message (EIP-191) with the key of a development account. */
import {required} from '../../method.ts';
import {address, bytes} from '../../schema.ts';
import {defineDevMethod} from '../method.ts';
import {signMessage} from '../sign.ts';

export const personal_sign = defineDevMethod({
  names: ['personal_sign'],
  params: [required('message', bytes), required('address', address)],
  example: {params: ['0x68656c6c6f', '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'], result: '0xf1…1b, 65 bytes'},
  handler: ({dev}, [message, account]) => signMessage(dev, account, message),
});
