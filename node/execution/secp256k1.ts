import secp256k1 from 'secp256k1';
import {bigIntToFixed, bytesToPlainHex} from './hex.ts';
import {keccak256} from './keccak.ts';
import type {Address} from './types.ts';

/** Order of the group. */
export const SECP256K1_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
/** EIP-2: the greatest s of a signature that is not malleable. */
export const SECP256K1_HALF_ORDER = SECP256K1_ORDER >> 1n;

/** Address of the key that signed `hash` (32 bytes); undefined when no key fits. r, s must be in range. libsecp256k1: 70 µs. */
export function recoverAddress(hash: Uint8Array, yParity: number, r: bigint, s: bigint): Address | undefined {
  const signature = new Uint8Array(64);
  signature.set(bigIntToFixed(r, 32), 0);
  signature.set(bigIntToFixed(s, 32), 32);
  let publicKey: Uint8Array;
  try {
    publicKey = secp256k1.ecdsaRecover(signature, yParity, hash, false);
  } catch {
    return undefined;
  }
  return publicKeyToAddress(publicKey);
}

/** `publicKey`: 65 bytes, uncompressed. */
export function publicKeyToAddress(publicKey: Uint8Array): Address {
  return `0x${bytesToPlainHex(keccak256(publicKey.subarray(1)).subarray(12))}`;
}

/** Deterministic (RFC 6979), low s. */
export function sign(hash: Uint8Array, privateKey: Uint8Array): {readonly yParity: number; readonly r: bigint; readonly s: bigint} {
  const {signature, recid} = secp256k1.ecdsaSign(hash, privateKey);
  const toBigInt = (bytes: Uint8Array): bigint => BigInt(`0x${bytesToPlainHex(bytes)}`);
  return {yParity: recid, r: toBigInt(signature.subarray(0, 32)), s: toBigInt(signature.subarray(32, 64))};
}

/** `lowS`: EIP-2, from Homestead on. */
export function isValidSignature(r: bigint, s: bigint, lowS = true): boolean {
  return r > 0n && r < SECP256K1_ORDER && s > 0n && (lowS ? s <= SECP256K1_HALF_ORDER : s < SECP256K1_ORDER);
}
