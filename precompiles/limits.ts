/** Bounds on what a SAP accepts and keeps. What is accepted is part of consensus: a change is a fork. */
export {PUBLIC_INPUT_COUNT_MAX} from './codec/index.ts';

/** Field elements that one Poseidon call hashes: circomlib has constants for up to 16. */
export const POSEIDON_INPUT_COUNT_MAX = 16;

/** Decoded verification keys kept in memory, about 40 kB each at most. Never affects results or gas. */
export const DECODED_KEY_COUNT_MAX = 128;

/** Step states that one call of the SAP Training appends. */
export const TRAINING_STEPS_PER_CALL_MAX = 256;
