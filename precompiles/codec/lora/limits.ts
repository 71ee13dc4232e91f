/** Bounds of LoRA modules, statements and proofs. They are part of consensus: a change is a fork. */

/** Inputs or outputs of a module. */
export const LORA_DIMENSION_MAX = 65_536;
export const LORA_RANK_MAX = 256;
/** Width of a committed row, a power of two. The least is 32, so that the mask of the smallest shapes fits. */
export const LORA_WIDTH_MIN = 32;
export const LORA_WIDTH_MAX = 512;
/** Rows of one module, hence points of its commitment: 4 MB. */
export const LORA_ROW_COUNT_MAX = 65_536;
/** Tokens of one statement. */
export const LORA_TOKEN_COUNT_MAX = 4_096;
/** Bytes of the inputs, and of the outputs, of one statement. */
export const LORA_TENSOR_BYTES_MAX = 64 << 20;
/** Modules of one registration or of one batch. */
export const LORA_MODULE_COUNT_MAX = 512;
/** Repetitions of the registration's binary challenges: soundness 2^−128. */
export const LORA_REPETITIONS = 128;
