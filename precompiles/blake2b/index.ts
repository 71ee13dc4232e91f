import {instantiateBlake2b, MESSAGE_OFFSET, ROUNDS_PER_CYCLE, VECTOR_OFFSET} from './module.ts';
import type {Blake2bModule} from './module.ts';

/** As in SHA-512. */
const INITIAL_VECTOR: readonly bigint[] = [
  0x6a09e667f3bcc908n, 0xbb67ae8584caa73bn, 0x3c6ef372fe94f82bn, 0xa54ff53a5f1d36f1n,
  0x510e527fade682d1n, 0x9b05688c2b3e6c1fn, 0x1f83d9abfb41bd6bn, 0x5be0cd19137e2179n,
];
const MASK_64 = (1n << 64n) - 1n;
/** Rounds of one call of the module: it is compiled to its fast form between calls, not within one. Whole cycles, so that permutations go on. */
const ROUNDS_PER_CALL = 1_000 * ROUNDS_PER_CYCLE;

/** The compression function F of BLAKE2b with any number of rounds (EIP-152). Synchronous and not re-entrant. */
export class Blake2b {
  readonly #module: Blake2bModule = instantiateBlake2b();

  /**
   * @param input state h (64 bytes) ‖ message block m (128) ‖ offset counters t (16), little-endian words.
   * @returns the new state, 64 bytes.
   */
  compress(rounds: number, input: Uint8Array, isFinal: boolean): Uint8Array {
    const words = new DataView(input.buffer, input.byteOffset, input.length);
    const memory = new DataView(this.#module.memory.buffer);
    for (let i = 0; i < 8; i++) {
      let low = INITIAL_VECTOR[i]!;
      if (i === 4 || i === 5) low ^= words.getBigUint64(192 + 8 * (i - 4), true);
      if (i === 6 && isFinal) low ^= MASK_64;
      memory.setBigUint64(VECTOR_OFFSET + 8 * i, words.getBigUint64(8 * i, true), true);
      memory.setBigUint64(VECTOR_OFFSET + 64 + 8 * i, low, true);
    }
    new Uint8Array(this.#module.memory.buffer).set(input.subarray(64, 192), MESSAGE_OFFSET);
    for (let left = rounds; left > 0; left -= ROUNDS_PER_CALL) this.#module.mix(Math.min(left, ROUNDS_PER_CALL));
    const output = new Uint8Array(64);
    const state = new DataView(output.buffer);
    for (let i = 0; i < 8; i++) {
      const word = words.getBigUint64(8 * i, true) ^ memory.getBigUint64(VECTOR_OFFSET + 8 * i, true) ^ memory.getBigUint64(VECTOR_OFFSET + 64 + 8 * i, true);
      state.setBigUint64(8 * i, word, true);
    }
    return output;
  }
}
