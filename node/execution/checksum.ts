import {bytesToPlainHex} from './hex.ts';
import {keccak256} from './keccak.ts';
import type {Address} from './types.ts';

/** EIP-55: how geth spells an address in a message. */
export function checksumAddress(address: Address): string {
  const plain = address.slice(2);
  const hash = bytesToPlainHex(keccak256(new TextEncoder().encode(plain)));
  return `0x${[...plain].map((digit, index) => (hash[index]! >= '8' ? digit.toUpperCase() : digit)).join('')}`;
}
