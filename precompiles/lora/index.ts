/**
 * LoRA proofs: the arithmetic, the transcript and the verifiers, shared by the SAP and by those who make proofs and check them off
 * the chain (docs/spec/lora.md, docs/adr/0028-lora-proofs-over-own-arithmetic.md).
 */
export {AFFINE, Arithmetic, arithmetic, ELEMENT, EXTENDED, MEMORY} from './arithmetic.ts';
export {maskPowers} from './evaluation.ts';
export type {LoraClaim} from './evaluation.ts';
export {generatorBytes, generators} from './generators.ts';
export {Buckets, MultiScalarSum, TABLE_BITS, TABLE_WINDOWS} from './multi-scalar.ts';
export {challengeBit, registrationChallenges, verifyRegistration, verifyResponses} from './registration.ts';
export type {LoraModuleCommitment, LoraRegistration} from './registration.ts';
export {addTimes, equalities, evaluateAt, newScalar, scalarBytes, setPlain, setScalar, splitPoint, subtractTimes, times} from './scalars.ts';
export type {SplitPoint} from './scalars.ts';
export {openStatement} from './statement.ts';
export type {LoraStatement, Opening} from './statement.ts';
export {sha256, Transcript} from './transcript.ts';
export {RowTables, verifyLora, verifyLoraBatch} from './verify.ts';
