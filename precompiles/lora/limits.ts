/** Bounds of what a prover or verifier of LoRA proofs keeps in memory. They never affect a result. */

/** WebAssembly memory in all, in bytes. */
export const ARENA_BYTES_MAX = 1 << 30;
/** Additions that share one inversion. */
export const BATCH_ADD_MAX = 4_096;
/** Points waiting in buckets before a multi-scalar sum adds them up: 5 MB of intermediate points. */
export const BUCKET_ENTRY_MAX = 1 << 16;
