/** Addresses with a checksum in their spelling (EIP-55). */
import {keccak_256} from '@noble/hashes/sha3.js';
import type {Address} from '#node/execution';

export function checksummed(address: Address): Address {
  const digits = address.slice(2);
  const hash = Buffer.from(keccak_256(Buffer.from(digits, 'latin1'))).toString('hex');
  let text = '';
  for (let i = 0; i < digits.length; i++) text += hash[i]! >= '8' ? digits[i]!.toUpperCase() : digits[i];
  return `0x${text}`;
}
