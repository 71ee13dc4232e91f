/** Bounds on what is encoded. `PUBLIC_INPUT_COUNT_MAX` is part of consensus: a change is a fork. */

/**
 * Public inputs of a verification key. 256 let a circuit take a 14 × 14 image in the clear, and keep
 * the registration of the largest key (529 storage slots) below EIP-7825's 16,777,216 gas.
 */
export const PUBLIC_INPUT_COUNT_MAX = 256;

/** Characters of a decimal field element in JSON: 2^256 has 78 digits. */
export const DECIMAL_LENGTH_MAX = 78;

/** Height of the tree of a training job's step states: a job has at most 2^20 steps. Part of consensus. */
export const TRAINING_STEP_TREE_DEPTH = 20;
