import {createHash} from 'node:crypto';
import type {CustomCrypto} from '@ethereumjs/common';
import {createKeccak} from 'hash-wasm';
import secp256k1 from 'secp256k1';
import {loadBls12381} from '../mcl/bls12-381.ts';
import {openingVerifier} from './kzg.ts';

/**
 * Native or WebAssembly primitives for @ethereumjs/common's `customCrypto`: keccak-256 and
 * sha-256 of any length, public key recovery (64 bytes, without the 0x04 prefix), and KZG openings,
 * without which a call of precompile 0x0a would throw out of the EVM.
 */
export async function customCrypto(): Promise<CustomCrypto> {
  // One hasher serves all: it is not re-entrant, and these calls are synchronous.
  const keccak = await createKeccak(256);
  return {
    keccak256: (message) => keccak.init().update(message).digest('binary'),
    sha256: (message) => new Uint8Array(createHash('sha256').update(message).digest()),
    ecrecover: (hash, v, r, s, chainId) => {
      const recovery = v === 0n || v === 1n ? v : v - (chainId === undefined ? 27n : chainId * 2n + 35n);
      if (recovery !== 0n && recovery !== 1n) throw new Error('Invalid signature v value');
      const signature = new Uint8Array(64);
      signature.set(r, 32 - r.length);
      signature.set(s, 64 - s.length);
      return secp256k1.ecdsaRecover(signature, Number(recovery), hash, false).subarray(1);
    },
    kzg: openingVerifier(await loadBls12381()),
  };
}
