/** Signs typed data (EIP-712) with the key of a development account. */
import {hashTypedData, type TypedDataDefinition} from 'viem';
import {hexToBytes} from '#node/execution';
import {rpcErrors} from '../../errors.ts';
import {required} from '../../method.ts';
import {address, fail, record, type Parser} from '../../schema.ts';
import {defineDevMethod} from '../method.ts';
import {signDigest} from '../sign.ts';

/** An object, or the JSON text of one. */
const typedData: Parser<Readonly<Record<string, unknown>>> = (value, where) => {
  if (typeof value !== 'string') return record(value, where);
  try {
    return record(JSON.parse(value), where);
  } catch {
    return fail(where, 'typed data (EIP-712)', 'not JSON');
  }
};

function digestOf(data: Readonly<Record<string, unknown>>): Uint8Array {
  try {
    return hexToBytes(hashTypedData(data as unknown as TypedDataDefinition));
  } catch (error) {
    throw rpcErrors.invalidParams(`invalid typed data: ${error instanceof Error ? error.message.split('\n')[0] : 'malformed'}`);
  }
}

export const eth_signTypedData_v4 = defineDevMethod({
  names: ['eth_signTypedData_v4'],
  params: [required('address', address), required('typedData', typedData)],
  example: {
    params: [
      '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266',
      {types: {EIP712Domain: [{name: 'name', type: 'string'}], Note: [{name: 'text', type: 'string'}]}, primaryType: 'Note', domain: {name: 'Qanat'}, message: {text: 'water'}},
    ],
    result: '0x1d…1c, 65 bytes',
  },
  handler: ({dev}, [account, data]) => signDigest(dev, account, digestOf(data)),
});
