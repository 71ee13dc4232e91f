/**
 * The safetensors format (github.com/huggingface/safetensors): u64 length of the header, a JSON header, the tensors. Strict:
 * every byte after the header belongs to exactly one tensor, so nothing hides and nothing overlaps.
 */
import {LoraError} from './errors.ts';
import {SAFETENSORS_BYTES_MAX, SAFETENSORS_HEADER_BYTES_MAX, TENSOR_COUNT_MAX} from './limits.ts';

export interface Tensor {
  readonly shape: readonly number[];
  /** Row by row. All finite. */
  readonly values: Float32Array;
}

const ELEMENT_BYTES: Readonly<Record<string, number>> = {F32: 4, F16: 2, BF16: 2};
const DIMENSION_COUNT_MAX = 8;
const LENGTH_BYTES = 8;

/** Reads tensors of F32, F16 or BF16. Throws `LoraError`. */
export function readSafetensors(bytes: Uint8Array): Map<string, Tensor> {
  if (bytes.length > SAFETENSORS_BYTES_MAX) throw new LoraError('fileTooLarge', `a safetensors file of ${bytes.length} bytes, at most ${SAFETENSORS_BYTES_MAX}`);
  if (bytes.length < LENGTH_BYTES) throw new LoraError('wrongHeader', `a safetensors file of ${bytes.length} bytes has no header`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const headerLength = view.getBigUint64(0, true);
  if (headerLength > BigInt(Math.min(SAFETENSORS_HEADER_BYTES_MAX, bytes.length - LENGTH_BYTES))) {
    throw new LoraError('wrongHeader', `a header of ${headerLength} bytes in a file of ${bytes.length}, at most ${SAFETENSORS_HEADER_BYTES_MAX}`);
  }
  const start = LENGTH_BYTES + Number(headerLength);
  const entries = Object.entries(parseHeader(bytes.subarray(LENGTH_BYTES, start))).filter(([name]) => name !== '__metadata__');
  if (entries.length > TENSOR_COUNT_MAX) throw new LoraError('limitReached', `${entries.length} tensors, at most ${TENSOR_COUNT_MAX}`);
  const described = entries.map(([name, value]) => describe(name, value)).sort((a, b) => a.begin - b.begin || a.end - b.end);
  let next = 0;
  for (const {name, begin, end} of described) {
    if (begin !== next) throw new LoraError('wrongOffsets', `tensor ${name} begins at ${begin}, the one before it ended at ${next}: an overlap or a gap`);
    next = end;
  }
  if (next !== bytes.length - start) throw new LoraError('wrongOffsets', `tensors end at ${next} of ${bytes.length - start} bytes`);
  return new Map(described.map((tensor) => [tensor.name, read(tensor, new DataView(bytes.buffer, bytes.byteOffset + start + tensor.begin, tensor.end - tensor.begin))]));
}

interface Description {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', {fatal: true}).decode(bytes));
  } catch (cause) {
    throw new LoraError('notJson', 'the header of a safetensors file is not JSON', {cause});
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) throw new LoraError('wrongHeader', 'the header of a safetensors file is no object');
  return header as Record<string, unknown>;
}

function describe(name: string, value: unknown): Description {
  const {dtype, shape, data_offsets: offsets} = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  if (typeof dtype !== 'string' || !Object.hasOwn(ELEMENT_BYTES, dtype)) {
    throw new LoraError('wrongDtype', `tensor ${name} has dtype ${String(dtype)}, expected ${Object.keys(ELEMENT_BYTES).join(', ')}`);
  }
  if (!isIntegers(shape) || shape.length > DIMENSION_COUNT_MAX) throw new LoraError('wrongShape', `tensor ${name} has no shape of at most ${DIMENSION_COUNT_MAX} dimensions`);
  if (!isIntegers(offsets) || offsets.length !== 2) throw new LoraError('wrongOffsets', `tensor ${name} has no pair of offsets`);
  const [begin, end] = offsets as [number, number];
  const size = shape.reduce((product, dimension) => product * dimension, 1) * ELEMENT_BYTES[dtype]!;
  if (end - begin !== size) throw new LoraError('wrongOffsets', `tensor ${name} of shape ${shape.join(' × ')} takes ${size} bytes, its offsets ${begin} to ${end} hold ${end - begin}`);
  return {name, dtype, shape, begin, end};
}

function isIntegers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}

function read({name, dtype, shape}: Description, view: DataView): Tensor {
  const size = ELEMENT_BYTES[dtype]!;
  const values = new Float32Array(view.byteLength / size);
  for (let i = 0; i < values.length; i++) {
    if (dtype === 'F32') values[i] = view.getFloat32(4 * i, true);
    else values[i] = dtype === 'F16' ? half(view.getUint16(2 * i, true)) : brainFloat(view.getUint16(2 * i, true));
    if (!Number.isFinite(values[i])) throw new LoraError('notFinite', `tensor ${name} holds ${values[i]} at ${i}`);
  }
  return {shape, values};
}

/** IEEE 754 binary16. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The upper half of a binary32. */
function brainFloat(bits: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint16(0, bits);
  return view.getFloat32(0);
}

/** Writes F32 tensors in the order given. */
export function writeSafetensors(tensors: ReadonlyMap<string, Tensor>): Uint8Array {
  const header: Record<string, unknown> = {__metadata__: {format: 'pt'}};
  let size = 0;
  for (const [name, {shape, values}] of tensors) {
    header[name] = {dtype: 'F32', shape, data_offsets: [size, size + 4 * values.length]};
    size += 4 * values.length;
  }
  const json = JSON.stringify(header);
  const text = new TextEncoder().encode(json.padEnd(Math.ceil(json.length / 8) * 8));
  const bytes = new Uint8Array(LENGTH_BYTES + text.length + size);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, LENGTH_BYTES);
  let at = LENGTH_BYTES + text.length;
  for (const {values} of tensors.values()) for (const value of values) { view.setFloat32(at, value, true); at += 4; }
  return bytes;
}
