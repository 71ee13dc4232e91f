/**
 * Where a proof's bytes are. Points are x ‖ y (64 bytes), scalars 32 bytes, both big-endian.
 *
 *     evaluation     M ‖ VB ‖ VW ‖ DA ‖ DB ‖ EB ‖ DW ‖ Dg ‖ E4 (points) ‖ σ ‖ (c0 ‖ c2) per round ‖ zA ‖ zB (width each)
 *                    ‖ zg (2 n + 1) ‖ h1 … h6
 *     registration   128 announcements (points), then 128 responses: e ‖ z (width integers of a fixed size)
 */
import {G1_BYTES} from '../groth16.ts';
import {LORA_MODULE_COUNT_MAX, LORA_REPETITIONS} from './limits.ts';
import {CodecError} from '../errors.ts';
import {log2Ceil, loraLayout} from './shape.ts';
import type {LoraLayout, LoraShape} from './shape.ts';

const SCALAR = 32;
/** Statistical distance of a registration's responses from uniform, and of rounding: 2^−64. */
const FLOODING_BITS = 64;
const INPUT_BITS = 16;
/** Integers below 2^252 do not wrap in the scalar field. */
const NO_WRAP_BITS = 252;

/** Points of an evaluation proof, in their order. */
export const LoraPoint = {M: 0, VB: 1, VW: 2, DA: 3, DB: 4, EB: 5, DW: 6, Dg: 7, E4: 8} as const;
export const LORA_POINT_COUNT = 9;
/** Scalars after zg: h1 to h6. */
export const LORA_BLINDER_COUNT = 6;

export interface LoraProofLayout {
  readonly sigma: number;
  /** c0 and c2 of the first round; those of the others follow. */
  readonly rounds: number;
  readonly zA: number;
  readonly zB: number;
  readonly zg: number;
  /** h1. */
  readonly blinders: number;
  readonly length: number;
}

/** Byte offsets. */
export function loraProofLayout(shape: LoraShape, layout: LoraLayout = loraLayout(shape)): LoraProofLayout {
  const sigma = LORA_POINT_COUNT * G1_BYTES;
  const rounds = sigma + SCALAR;
  const zA = rounds + 2 * layout.variables * SCALAR;
  const zB = zA + shape.width * SCALAR;
  const zg = zB + shape.width * SCALAR;
  const blinders = zg + (2 * layout.variables + 1) * SCALAR;
  return {sigma, rounds, zA, zB, zg, blinders, length: blinders + LORA_BLINDER_COUNT * SCALAR};
}

export interface LoraRegistrationLayout {
  readonly width: number;
  /** Rows of all modules. */
  readonly rowCount: number;
  /** L: what is proven of every entry is |entry| < 2^L. */
  readonly rangeBits: number;
  /** Bytes of one integer of a response. */
  readonly integerBytes: number;
  readonly responseBytes: number;
  readonly announcementsBytes: number;
  readonly length: number;
}

/** Throws `CodecError` on modules that cannot be registered together: other widths or bits, or entries that could wrap. */
export function loraRegistrationLayout(shapes: readonly LoraShape[]): LoraRegistrationLayout {
  const [first] = shapes;
  if (first === undefined || shapes.length > LORA_MODULE_COUNT_MAX) {
    throw new CodecError('wrongCount', 'modules', `${shapes.length}, expected 1 to ${LORA_MODULE_COUNT_MAX}`);
  }
  const {width, weightBits} = first;
  let rowCount = 0;
  for (const [i, shape] of shapes.entries()) {
    if (shape.width !== width) throw new CodecError('wrongShape', `modules[${i}].width`, `${shape.width}, that of the first is ${width}`);
    if (shape.weightBits !== weightBits) {
      throw new CodecError('wrongShape', `modules[${i}].weightBits`, `${shape.weightBits}, that of the first is ${weightBits}`);
    }
    rowCount += loraLayout(shape).rowCount;
  }
  const rangeBits = weightBits - 1 + log2Ceil(rowCount) + log2Ceil(LORA_REPETITIONS * width) + FLOODING_BITS;
  for (const [i, {rank, inputs}] of shapes.entries()) {
    if (2 * rangeBits + log2Ceil(rank * inputs) + INPUT_BITS > NO_WRAP_BITS) {
      throw new CodecError('outOfRange', `modules[${i}]`, `${rank} × ${inputs} with entries of ${rangeBits} bits could wrap in the field`);
    }
  }
  const integerBytes = Math.ceil((rangeBits + 1) / 8);
  const responseBytes = SCALAR + width * integerBytes;
  const announcementsBytes = LORA_REPETITIONS * G1_BYTES;
  return {
    width, rowCount, rangeBits, integerBytes, responseBytes, announcementsBytes,
    length: announcementsBytes + LORA_REPETITIONS * responseBytes,
  };
}
