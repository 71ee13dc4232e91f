import {keccak_256} from '@noble/hashes/sha3.js';
import {createKeccak} from 'hash-wasm';

/**
 * One WebAssembly hasher for the process: 1 µs for 64 bytes against 14 µs in plain JavaScript. It is not re-entrant; every use
 * below is init, update and digest without a gap.
 */
const hasher = await createKeccak(256);

/** Keccak-256 (the Ethereum variant, not SHA-3). 32 bytes. */
export function keccak256(message: Uint8Array): Uint8Array {
  return hasher.init().update(message).digest('binary');
}

/** The same as lower-case hex without 0x. */
export function keccak256Hex(message: Uint8Array): string {
  return hasher.init().update(message).digest('hex');
}

// A wrong hash would fork the chain silently, so the fast hasher proves itself against the reference around its block size of 136.
for (const length of [0, 1, 32, 64, 135, 136, 137, 272, 1000]) {
  const message = Uint8Array.from({length}, (_, i) => (i * 31 + length) & 0xff);
  if (Buffer.compare(keccak256(message), keccak_256(message)) !== 0) throw new Error(`keccak256 self-check failed at ${length} bytes`);
}
