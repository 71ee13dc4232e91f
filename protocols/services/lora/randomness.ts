import {createHash, randomBytes} from 'node:crypto';
import {SCALAR_FIELD_MODULUS} from '#precompiles/codec';

/** Secret randomness of a prover. */
export interface ProverRandomness {
  bytes(length: number): Uint8Array;
}

/**
 * Fresh bytes of the system, hashed together with a secret and with what is proven: should the system's generator repeat itself, two
 * different proofs still never share a mask. SHA-512 in counter mode.
 */
export function hedgedRandomness(secret: Uint8Array, ...statement: readonly Uint8Array[]): ProverRandomness {
  const seed = createHash('sha512').update('qanat/lora/1/randomness').update(createHash('sha512').update(secret).digest());
  seed.update(randomBytes(64));
  for (const part of statement) seed.update(createHash('sha256').update(part).digest());
  const key = seed.digest();
  let counter = 0;
  return {
    bytes(length) {
      const output = new Uint8Array(Math.ceil(length / 64) * 64);
      for (let at = 0; at < length; at += 64) {
        const index = new Uint8Array(8);
        new DataView(index.buffer).setBigUint64(0, BigInt(counter++));
        output.set(createHash('sha512').update(key).update(index).digest(), at);
      }
      return output.subarray(0, length);
    },
  };
}

/** Within 2^−128 of uniform. */
export function randomScalar(randomness: ProverRandomness): bigint {
  return BigInt(`0x${Buffer.from(randomness.bytes(48)).toString('hex')}`) % SCALAR_FIELD_MODULUS;
}

/** Uniform below 2^bits. */
export function randomInteger(randomness: ProverRandomness, bits: number): bigint {
  const bytes = Buffer.from(randomness.bytes(Math.ceil(bits / 8)));
  return BigInt(`0x${bytes.toString('hex')}`) & ((1n << BigInt(bits)) - 1n);
}
