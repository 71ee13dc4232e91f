/** Bounds on what a SAP accepts. Part of consensus: a change is a fork. */

/**
 * Public inputs of a verification key. 256 let a circuit take a 14 × 14 image in the clear, and keep
 * the registration of the largest key (529 storage slots) below EIP-7825's 16,777,216 gas.
 */
export const PUBLIC_INPUT_COUNT_MAX = 256;

/** Field elements that one Poseidon call hashes: circomlib has constants for up to 16. */
export const POSEIDON_INPUT_COUNT_MAX = 16;

/** Decoded verification keys kept in memory, about 40 kB each at most. Never affects results or gas. */
export const DECODED_KEY_COUNT_MAX = 128;

/** Characters of a decimal field element in JSON: 2^256 has 78 digits. */
export const DECIMAL_LENGTH_MAX = 78;
