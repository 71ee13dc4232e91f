/**
 * Multi-scalar sums Σ s_i P_i by buckets (Pippenger), with signed digits and affine additions that share an inversion.
 *
 * A point of a table brings 2^(10 k) P for k < 26, so that all its digits fall into the same buckets; a point without one
 * brings itself, with buckets per digit. Both kinds add up in the same pass.
 */
import {AFFINE, ELEMENT, EXTENDED, MEMORY} from './arithmetic.ts';
import type {Arithmetic} from './arithmetic.ts';
import {BATCH_ADD_MAX, BUCKET_ENTRY_MAX} from './limits.ts';
import {PAIR, PAIR_SCRATCH} from './wasm/curve.ts';

/** Bits between the points of a table. */
export const TABLE_BITS = 10;
/** Points of a table: the digits of a scalar below 2^255. */
export const TABLE_WINDOWS = 26;
export const TABLE_BYTES = TABLE_WINDOWS * AFFINE;

const SCALAR_BITS = 255;
const LIMB_BITS = 29;
/** What a point in a bucket and an addition of buckets cost, about: only their ratio matters. */
const ENTRY_COST = 1;
const BUCKET_COST = 4;

/** A group of terms whose digits have one width, and how many windows of digits have buckets of their own. */
interface Group {
  readonly points: number[];
  readonly scalars: number[];
  /** Windows of digits per point of the table. */
  readonly windowsPerPoint: (bits: number) => number;
  readonly widths: readonly number[];
}

export class MultiScalarSum {
  readonly #arithmetic: Arithmetic;
  readonly #tabled: Group = {points: [], scalars: [], windowsPerPoint: (bits) => TABLE_BITS / bits, widths: [5, 10]};
  readonly #free: Group = {points: [], scalars: [], windowsPerPoint: (bits) => Math.ceil(SCALAR_BITS / bits), widths: [3, 4, 5, 6, 7, 8, 9, 10]};

  constructor(arithmetic: Arithmetic) {
    this.#arithmetic = arithmetic;
  }

  /** @param scalar address of an element in Montgomery form, which must stay as it is until the sum is made. */
  addTabled(table: number, scalar: number): void {
    this.#tabled.points.push(table);
    this.#tabled.scalars.push(scalar);
  }

  addPoint(point: number, scalar: number): void {
    this.#free.points.push(point);
    this.#free.scalars.push(scalar);
  }

  /** Writes the sum in extended coordinates. */
  sum(target: number): void {
    const {wasm} = this.#arithmetic;
    wasm.extendedClear(target);
    for (const group of [this.#tabled, this.#free]) {
      if (group.points.length === 0) continue;
      this.#arithmetic.scoped(() => {
        const part = this.#arithmetic.allocate(EXTENDED);
        this.#sumGroup(part, group);
        wasm.extendedAdd(target, part);
      });
    }
  }

  isZero(): boolean {
    return this.#arithmetic.scoped(() => {
      const target = this.#arithmetic.allocate(EXTENDED);
      this.sum(target);
      return this.#arithmetic.wasm.isZeroElement(target + 2 * ELEMENT) === 1;
    });
  }

  #sumGroup(target: number, group: Group): void {
    const {wasm} = this.#arithmetic;
    const count = group.points.length;
    const bits = cheapest(group.widths, (width) => {
      const entries = Math.ceil(SCALAR_BITS / width) * count * ENTRY_COST;
      return entries + group.windowsPerPoint(width) * 2 ** (width - 1) * BUCKET_COST;
    });
    const sets = group.windowsPerPoint(bits);
    const size = 2 ** (bits - 1);
    const buckets = new Buckets(this.#arithmetic, sets * size, Math.min(BUCKET_ENTRY_MAX, count * Math.ceil(SCALAR_BITS / bits)));
    const digits = new Int32Array(Math.ceil(SCALAR_BITS / bits));
    const plain = this.#arithmetic.elements(1);
    for (let i = 0; i < count; i++) {
      wasm.frMul(plain, group.scalars[i]!, MEMORY.plainOne);
      signedDigits(digits, this.#arithmetic.words, plain >> 2, bits);
      for (let window = 0; window < digits.length; window++) {
        const digit = digits[window]!;
        if (digit === 0) continue;
        const point = group.points[i]! + Math.floor(window / sets) * AFFINE;
        const bucket = (window % sets) * size - 1;
        buckets.add(digit > 0 ? bucket + digit : bucket - digit, digit > 0 ? point : point | 1);
      }
    }
    buckets.finish();
    const part = this.#arithmetic.allocate(EXTENDED);
    wasm.extendedClear(target);
    for (let set = sets - 1; set >= 0; set--) {
      for (let i = 0; i < bits; i++) wasm.extendedDouble(target, target);
      wasm.sumBuckets(part, buckets.pointer + set * size * AFFINE, size);
      wasm.extendedAdd(target, part);
    }
  }
}

/** Buckets of affine points. Points are given by address, with bit 0 set for the opposite. */
export class Buckets {
  readonly pointer: number;
  readonly #arithmetic: Arithmetic;
  readonly #count: number;
  readonly #bucketOf: Int32Array;
  readonly #pointOf: Int32Array;
  readonly #work: number;
  readonly #pairs: number;
  readonly #scratch: number;
  #entries = 0;

  constructor(arithmetic: Arithmetic, count: number, entriesMax: number) {
    this.#arithmetic = arithmetic;
    this.#count = count;
    const size = entriesMax + count;
    this.#bucketOf = new Int32Array(entriesMax);
    this.#pointOf = new Int32Array(entriesMax);
    this.pointer = arithmetic.zeroed(count * AFFINE);
    this.#work = arithmetic.allocate(size * AFFINE);
    this.#pairs = arithmetic.allocate(BATCH_ADD_MAX * PAIR);
    this.#scratch = arithmetic.allocate(BATCH_ADD_MAX * PAIR_SCRATCH);
  }

  add(bucket: number, point: number): void {
    if (this.#entries === this.#bucketOf.length) this.finish();
    this.#bucketOf[this.#entries] = bucket;
    this.#pointOf[this.#entries++] = point;
  }

  /** Adds what has come to the buckets: pairs within each bucket, then pairs of sums. */
  finish(): void {
    const count = this.#count;
    const lengths = new Int32Array(count).fill(1);
    for (let i = 0; i < this.#entries; i++) lengths[this.#bucketOf[i]!]!++;
    const starts = new Int32Array(count);
    for (let bucket = 1; bucket < count; bucket++) starts[bucket] = starts[bucket - 1]! + lengths[bucket - 1]!;
    const points = new Int32Array(this.#entries + count);
    const next = starts.slice();
    // A bucket is the first point of itself.
    for (let bucket = 0; bucket < count; bucket++) points[next[bucket]!++] = this.pointer + bucket * AFFINE;
    for (let i = 0; i < this.#entries; i++) points[next[this.#bucketOf[i]!]!++] = this.#pointOf[i]!;
    this.#entries = 0;

    let work = this.#work;
    let pairs = 0;
    const flush = (): void => {
      if (pairs > 0) this.#arithmetic.wasm.batchAdd(this.#pairs, pairs, this.#scratch);
      pairs = 0;
    };
    for (let isOpen = true; isOpen; ) {
      isOpen = false;
      for (let bucket = 0; bucket < count; bucket++) {
        const length = lengths[bucket]!;
        if (length < 2) continue;
        const start = starts[bucket]!;
        const half = length >> 1;
        for (let i = 0; i < half; i++) {
          // The last sum of a bucket goes where the bucket is.
          const out = length === 2 ? this.pointer + bucket * AFFINE : work;
          if (length > 2) work += AFFINE;
          const at = (this.#pairs >> 2) + pairs * 3;
          const {words} = this.#arithmetic;
          words[at] = points[start + 2 * i]!;
          words[at + 1] = points[start + 2 * i + 1]!;
          words[at + 2] = out;
          points[start + i] = out;
          if (++pairs === BATCH_ADD_MAX) flush();
        }
        if (length & 1) points[start + half] = points[start + length - 1]!;
        lengths[bucket] = half + (length & 1);
        if (lengths[bucket]! > 1) isOpen = true;
      }
      flush();
    }
  }
}

/** Signed digits in (−2^(bits−1), 2^(bits−1)] of the integer in nine limbs at `at`. */
function signedDigits(digits: Int32Array, words: Int32Array, at: number, bits: number): void {
  const half = 2 ** (bits - 1);
  const mask = 2 ** bits - 1;
  let carry = 0;
  for (let window = 0; window < digits.length; window++) {
    const bit = window * bits;
    const limb = Math.floor(bit / LIMB_BITS);
    const shift = bit - limb * LIMB_BITS;
    let value = words[at + limb]! >>> shift;
    if (shift + bits > LIMB_BITS && limb < 8) value |= words[at + limb + 1]! << (LIMB_BITS - shift);
    value = (value & mask) + carry;
    carry = value > half ? 1 : 0;
    digits[window] = value - carry * 2 * half;
  }
}

function cheapest(widths: readonly number[], cost: (width: number) => number): number {
  return widths.reduce((best, width) => (cost(width) < cost(best) ? width : best));
}

/** Writes the tables of `count` affine points, which follow each other at `points`, to `tables`. */
export function fillTables(arithmetic: Arithmetic, tables: number, points: number, count: number): void {
  for (let i = 0; i < count; i++) {
    arithmetic.words.copyWithin((tables + i * TABLE_BYTES) >> 2, (points + i * AFFINE) >> 2, (points + (i + 1) * AFFINE) >> 2);
  }
  for (let window = 1; window < TABLE_WINDOWS; window++) {
    for (let bit = 0; bit < TABLE_BITS; bit++) {
      arithmetic.addPairs(count, (i) => {
        const to = tables + i * TABLE_BYTES + window * AFFINE;
        const from = bit === 0 ? to - AFFINE : to;
        return [from, from, to];
      });
    }
  }
}
