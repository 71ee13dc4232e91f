/** Keccak-256 of the given data. */
import {keccak_256} from '@noble/hashes/sha3.js';
import {rpcErrors} from '../errors.ts';
import {data} from '../hex.ts';
import {defineMethod, required} from '../method.ts';
import {bytes} from '../schema.ts';

export const web3_sha3 = defineMethod({
  name: 'web3_sha3',
  params: [required('data', bytes)],
  example: {params: ['0x68656c6c6f'], result: '0x1c8aff950685c2ed4bc3174f3472287b56d9517b9c948127319a09a7a36deac8'},
  handler: (context, [input]) => {
    const {sha3BytesMax} = context.limits;
    if (input.length > sha3BytesMax) throw rpcErrors.limitExceeded(`data too large: ${input.length} bytes, limit ${sha3BytesMax}`);
    return data(keccak_256(input));
  },
});
