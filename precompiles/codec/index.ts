/** Canonical encodings that the chain's verifiers share with those who make proofs. */
export {CodecError} from './errors.ts';
export type {CodecErrorCode} from './errors.ts';
export {BASE_FIELD_MODULUS, fieldToInt, intToField, SCALAR_FIELD_MODULUS} from './field.ts';
export {
  decodeProof,
  decodePublicInputs,
  decodeVerificationKey,
  encodeProof,
  encodeVerificationKey,
  G1_BYTES,
  G2_BYTES,
  KEY_HEAD_BYTES,
  keyHash,
  PROOF_BYTES,
  verificationKeyLength,
} from './groth16.ts';
export type {SnarkjsG1, SnarkjsG2, SnarkjsProof, SnarkjsVerificationKey} from './groth16.ts';
export {inferenceContext} from './inference.ts';
export type {InferenceContext} from './inference.ts';
export {jobId, trainingStepPath, trainingStepsRoot} from './jobs.ts';
export {PUBLIC_INPUT_COUNT_MAX, TRAINING_STEP_TREE_DEPTH} from './limits.ts';
export * from './lora/index.ts';
