import {CodecError, loraLayout} from '#precompiles/codec';
import type {LoraShape} from '#precompiles/codec';

/** The secret of a module: A is rank × inputs, B is outputs × rank, row by row. */
export interface LoraWeights {
  readonly shape: LoraShape;
  readonly a: Int16Array;
  readonly b: Int16Array;
}

/** Throws `CodecError` when the entries are not as many or not as small as the shape says. */
export function requireWeights({shape, a, b}: LoraWeights): void {
  loraLayout(shape);
  const {inputs, outputs, rank, weightBits} = shape;
  for (const [name, entries, count] of [['A', a, rank * inputs], ['B', b, outputs * rank]] as const) {
    if (entries.length !== count) throw new CodecError('wrongCount', name, `${entries.length} entries, expected ${count}`);
    const limit = 2 ** (weightBits - 1);
    for (let i = 0; i < count; i++) {
      const entry = entries[i]!;
      if (entry >= limit || entry < -limit) throw new CodecError('outOfRange', `${name}[${i}]`, `${entry} is no int${weightBits}`);
    }
  }
}

/** Entries of the committed rows, `width` each: A's by component and position, then B's transposed; what is missing is 0. */
export function rowEntries({shape, a, b}: LoraWeights): Int16Array {
  const {inputs, outputs, rank, width} = shape;
  const {rowsA, rowsB, rowCount} = loraLayout(shape);
  const entries = new Int16Array(rowCount * width);
  for (let k = 0; k < rank; k++) {
    entries.set(a.subarray(k * inputs, (k + 1) * inputs), k * rowsA * width);
    const start = (rank * rowsA + k * rowsB) * width;
    for (let o = 0; o < outputs; o++) entries[start + o] = b[o * rank + k]!;
  }
  return entries;
}

/** Y = X Aᵀ Bᵀ, exactly. @param x tokens × inputs, int16 @returns tokens × outputs */
export function applyLora({shape, a, b}: LoraWeights, x: ArrayLike<number>): Float64Array {
  const {inputs, outputs, rank} = shape;
  const tokens = x.length / inputs;
  const y = new Float64Array(tokens * outputs);
  const hidden = new Float64Array(rank);
  for (let t = 0; t < tokens; t++) {
    for (let k = 0; k < rank; k++) {
      let sum = 0;
      for (let i = 0; i < inputs; i++) sum += a[k * inputs + i]! * x[t * inputs + i]!;
      hidden[k] = sum;
    }
    for (let o = 0; o < outputs; o++) {
      let sum = 0;
      for (let k = 0; k < rank; k++) sum += b[o * rank + k]! * hidden[k]!;
      y[t * outputs + o] = sum;
    }
  }
  return y;
}
