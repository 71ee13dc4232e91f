/** Scalars in WebAssembly memory by address, in Montgomery form unless said otherwise. */
import {ELEMENT, MEMORY} from './arithmetic.ts';
import type {Arithmetic} from './arithmetic.ts';

const LIMB_BITS = 29n;
const MASK = (1n << LIMB_BITS) - 1n;

/** An integer below 2^260 in absolute value, as it is. */
export function setPlain(arithmetic: Arithmetic, pointer: number, value: bigint): void {
  const {words} = arithmetic;
  const at = pointer >> 2;
  for (let limb = 0; limb < 8; limb++) {
    words[at + limb] = Number(value & MASK);
    value >>= LIMB_BITS;
  }
  words[at + 8] = Number(value);
}

export function setScalar(arithmetic: Arithmetic, pointer: number, value: bigint): void {
  setPlain(arithmetic, pointer, value);
  arithmetic.wasm.frMul(pointer, pointer, MEMORY.frR2);
}

/** A new element that holds `value`. */
export function newScalar(arithmetic: Arithmetic, value: bigint): number {
  const pointer = arithmetic.elements(1);
  setScalar(arithmetic, pointer, value);
  return pointer;
}

export function scalarBytes(arithmetic: Arithmetic, pointer: number, count = 1): Uint8Array {
  const bytes = new Uint8Array(32 * count);
  for (let i = 0; i < count; i++) arithmetic.writeScalar(bytes, 32 * i, pointer + i * ELEMENT);
  return bytes;
}

/** x · y in a new element. */
export function times(arithmetic: Arithmetic, x: number, y: number): number {
  const z = arithmetic.elements(1);
  arithmetic.wasm.frMul(z, x, y);
  return z;
}

/** z += x · y. */
export function addTimes({wasm}: Arithmetic, z: number, x: number, y: number): void {
  wasm.frAddScaled(z, x, y, 1);
}

/** z −= x · y. */
export function subtractTimes({wasm}: Arithmetic, z: number, x: number, y: number): void {
  const product = MEMORY.elements + 128;
  wasm.frMul(product, x, y);
  wasm.frSub(z, z, product);
  wasm.frReduce(z);
}

/**
 * eq(point): all products of s_j or 1 − s_j, the first s for the most significant bit of the index; of 2^m entries the first
 * `count` (the table has room for one more).
 */
export function equalities(arithmetic: Arithmetic, point: readonly number[], count: number): number {
  const {wasm} = arithmetic;
  const table = arithmetic.elements(count + 1);
  wasm.frCopy(table, MEMORY.frOne);
  for (const [j, s] of point.entries()) {
    const sources = Math.ceil(count / 2 ** (point.length - j));
    wasm.frExtendEq(table, sources, s);
  }
  return table;
}

/** Weights of rows and of entries: eq of the high and of the low variables of an index. */
export interface SplitPoint {
  /** One per row. */
  readonly rows: number;
  readonly rowCount: number;
  /** `width` of them. */
  readonly entries: number;
  readonly width: number;
}

/** Splits a point of an index below rowCount · width into its row and its place in the row. */
export function splitPoint(arithmetic: Arithmetic, point: readonly number[], rowCount: number, width: number): SplitPoint {
  const low = Math.log2(width);
  const high = point.length - low;
  return {
    rows: equalities(arithmetic, point.slice(0, high), rowCount),
    rowCount,
    entries: equalities(arithmetic, point.slice(high), width),
    width,
  };
}

/** Σ eq(point)[i] values[i] over `count` values. Plain values give a value in Montgomery form, divided by R: plain. */
export function evaluateAt(arithmetic: Arithmetic, values: number, count: number, {rows, rowCount, entries, width}: SplitPoint): number {
  const {wasm} = arithmetic;
  const total = arithmetic.elements(1);
  const part = arithmetic.elements(1);
  for (let row = 0; row < rowCount; row++) {
    const size = Math.min(width, count - row * width);
    if (size <= 0) break;
    wasm.frInner(part, values + row * width * ELEMENT, entries, size);
    addTimes(arithmetic, total, part, rows + row * ELEMENT);
  }
  return total;
}
