import {bigIntToBytes, bytesToHex, hexToBytes} from './hex.ts';
import {keccak256} from './keccak.ts';
import {encodeRlp} from './rlp.ts';
import type {Address} from './types.ts';

/** Of what `creator` makes with CREATE, or with a transaction, at this nonce. */
export function generatedAddress(creator: Address, nonce: bigint): Address {
  return bytesToHex(keccak256(encodeRlp([hexToBytes(creator), bigIntToBytes(nonce)])).subarray(12));
}
