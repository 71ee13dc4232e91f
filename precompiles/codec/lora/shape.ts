import {createHash} from 'node:crypto';
import {CodecError} from '../errors.ts';
import {G1_BYTES} from '../groth16.ts';
import {LORA_DIMENSION_MAX, LORA_RANK_MAX, LORA_ROW_COUNT_MAX, LORA_WIDTH_MAX, LORA_WIDTH_MIN} from './limits.ts';

/** A module y = B (A x): A is rank × inputs, B is outputs × rank, entries are signed integers of `weightBits` bits. */
export interface LoraShape {
  readonly inputs: number;
  readonly outputs: number;
  readonly rank: number;
  /** Entries of a committed row: a power of two from 32 to 512, at least 2 n + 1 for n variables of the sum-check. */
  readonly width: number;
  readonly weightBits: 8 | 16;
}

/** What follows from a shape. */
export interface LoraLayout {
  /** Rows per component of A and of B: ⌈inputs / width⌉, ⌈outputs / width⌉. */
  readonly rowsA: number;
  readonly rowsB: number;
  /** Points of the commitment: rank · (rowsA + rowsB). */
  readonly rowCount: number;
  /** Variables that index an input, an output, a component. */
  readonly inputVariables: number;
  readonly outputVariables: number;
  readonly rankVariables: number;
  /** Variables of the sum-check: inputs, then components. */
  readonly variables: number;
  /** Bytes of one output on the wire. */
  readonly outputBytes: number;
}

/** inputs u32 ‖ outputs u32 ‖ rank u16 ‖ width u16 ‖ weightBits u8 ‖ three zero bytes, big-endian. */
export const LORA_SHAPE_BYTES = 16;

/** Outputs have less than 2^53 in absolute value. */
const OUTPUT_BITS_MAX = 54;
const INPUT_BITS = 16;

/** Throws `CodecError` on a shape outside the limits. */
export function loraLayout(shape: LoraShape): LoraLayout {
  const {inputs, outputs, rank, width, weightBits} = shape;
  inRange(inputs, 1, LORA_DIMENSION_MAX, 'inputs');
  inRange(outputs, 1, LORA_DIMENSION_MAX, 'outputs');
  inRange(rank, 1, LORA_RANK_MAX, 'rank');
  inRange(width, LORA_WIDTH_MIN, LORA_WIDTH_MAX, 'width');
  if ((width & (width - 1)) !== 0) throw new CodecError('outOfRange', 'width', `${width} is no power of two`);
  if (weightBits !== 8 && weightBits !== 16) throw new CodecError('outOfRange', 'weightBits', `${String(weightBits)} is neither 8 nor 16`);
  const [rowsA, rowsB] = [Math.ceil(inputs / width), Math.ceil(outputs / width)];
  const rowCount = rank * (rowsA + rowsB);
  if (rowCount > LORA_ROW_COUNT_MAX) throw new CodecError('outOfRange', 'rank', `${rowCount} rows, at most ${LORA_ROW_COUNT_MAX}`);
  const inputVariables = Math.max(log2Ceil(width), log2Ceil(inputs));
  const rankVariables = log2Ceil(rank);
  const variables = inputVariables + rankVariables;
  if (2 * variables + 1 > width) throw new CodecError('outOfRange', 'width', `${width}, the mask takes ${2 * variables + 1}`);
  // |y| ≤ rank · inputs · 2^(2 (bits − 1)) · 2^15, and a sign.
  const outputBits = Math.min(OUTPUT_BITS_MAX, log2Ceil(rank * inputs) + 2 * (weightBits - 1) + INPUT_BITS);
  return {
    rowsA, rowsB, rowCount, inputVariables, rankVariables, variables,
    outputVariables: Math.max(log2Ceil(width), log2Ceil(outputs)),
    outputBytes: Math.ceil((outputBits + 1) / 8),
  };
}

export function encodeLoraShape(shape: LoraShape): Uint8Array {
  loraLayout(shape);
  const bytes = new Uint8Array(LORA_SHAPE_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, shape.inputs);
  view.setUint32(4, shape.outputs);
  view.setUint16(8, shape.rank);
  view.setUint16(10, shape.width);
  view.setUint8(12, shape.weightBits);
  return bytes;
}

/** The inverse of `encodeLoraShape`. Throws `CodecError`. */
export function decodeLoraShape(bytes: Uint8Array): LoraShape {
  if (bytes.length !== LORA_SHAPE_BYTES) throw new CodecError('wrongLength', 'shape', `${bytes.length} bytes, not ${LORA_SHAPE_BYTES}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  if (bytes[13] !== 0 || bytes[14] !== 0 || bytes[15] !== 0) throw new CodecError('outOfRange', 'shape', 'the last three bytes are not zero');
  const shape = {
    inputs: view.getUint32(0), outputs: view.getUint32(4), rank: view.getUint16(8), width: view.getUint16(10),
    weightBits: view.getUint8(12) as LoraShape['weightBits'],
  };
  loraLayout(shape);
  return shape;
}

/**
 * The name of a committed module: SHA-256 of a domain, the shape and the points of its rows (64 bytes each): A's rows by
 * component and position, then B's.
 */
export function loraCommitment(shape: LoraShape, rows: Uint8Array): Uint8Array {
  const {rowCount} = loraLayout(shape);
  if (rows.length !== rowCount * G1_BYTES) throw new CodecError('wrongLength', 'rows', `${rows.length} bytes, not ${rowCount * G1_BYTES}`);
  return createHash('sha256').update('qanat/lora/1/commitment').update(encodeLoraShape(shape)).update(rows).digest();
}

/** The width that keeps proofs and verification small: near √(rank · (inputs + outputs) / 2), within the limits. */
export function recommendedLoraWidth({inputs, outputs, rank}: Pick<LoraShape, 'inputs' | 'outputs' | 'rank'>): number {
  const ideal = Math.sqrt((rank * (inputs + outputs)) / 2);
  const width = 2 ** Math.round(Math.log2(Math.max(1, ideal)));
  return Math.min(LORA_WIDTH_MAX, Math.max(2 * LORA_WIDTH_MIN, width));
}

export function log2Ceil(value: number): number {
  let bits = 0;
  while (2 ** bits < value) bits++;
  return bits;
}

function inRange(value: number, min: number, max: number, path: string): void {
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new CodecError('outOfRange', path, `${value}, expected a whole number from ${min} to ${max}`);
  }
}
