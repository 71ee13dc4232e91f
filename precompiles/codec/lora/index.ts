/** LoRA modules and proofs as canonical bytes (docs/spec/lora.md). */
export {
  LORA_DIMENSION_MAX, LORA_MODULE_COUNT_MAX, LORA_RANK_MAX, LORA_REPETITIONS, LORA_ROW_COUNT_MAX, LORA_TENSOR_BYTES_MAX,
  LORA_TOKEN_COUNT_MAX, LORA_WIDTH_MAX, LORA_WIDTH_MIN,
} from './limits.ts';
export {LORA_BLINDER_COUNT, LORA_POINT_COUNT, LoraPoint, loraProofLayout, loraRegistrationLayout} from './proof.ts';
export type {LoraProofLayout, LoraRegistrationLayout} from './proof.ts';
export {decodeLoraShape, encodeLoraShape, LORA_SHAPE_BYTES, loraCommitment, loraLayout, recommendedLoraWidth} from './shape.ts';
export type {LoraLayout, LoraShape} from './shape.ts';
export {
  decodeLoraInputs, decodeLoraOutputs, encodeLoraContext, encodeLoraInputs, encodeLoraOutputs, LORA_CONTEXT_BYTES, LORA_INPUT_BYTES,
  LORA_OUTPUT_BOUND, loraTokenCount,
} from './statement.ts';
export type {LoraContext} from './statement.ts';
