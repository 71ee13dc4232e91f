import {loraLayout, loraCommitment} from '#precompiles/codec';
import {AFFINE, arithmetic, Buckets, EXTENDED, generators, TABLE_BITS, TABLE_WINDOWS} from '#precompiles/lora';
import type {Arithmetic} from '#precompiles/lora';
import {randomScalar} from './randomness.ts';
import type {ProverRandomness} from './randomness.ts';
import {requireWeights, rowEntries} from './weights.ts';
import type {LoraWeights} from './weights.ts';

const G1_BYTES = 64;
const DIGIT_BITS = 4;
const DIGIT_MAX = 2 ** (DIGIT_BITS - 1);
/** Rows that share their inversions. */
const ROWS_PER_PASS = 64;
const TABLE_HALF = 2 ** (TABLE_BITS - 1);

/** A module and what opens its commitment. */
export interface CommittedModule extends LoraWeights {
  /** The points of its rows, 64 bytes each: public. */
  readonly rows: Uint8Array;
  /** The name of the commitment: public. */
  readonly commitment: Uint8Array;
  /** One per row: secret. */
  readonly blinders: readonly bigint[];
}

/** Commits to every row: Σ entry_l G_l + s H with a fresh s. Throws `CodecError` on weights that the shape does not have. */
export function commitModule(weights: LoraWeights, randomness: ProverRandomness): CommittedModule {
  requireWeights(weights);
  const {rowCount} = loraLayout(weights.shape);
  return openModule(weights, Array.from({length: rowCount}, () => randomScalar(randomness)));
}

/** The commitment that these blinders make. */
export function openModule(weights: LoraWeights, blinders: readonly bigint[]): CommittedModule {
  requireWeights(weights);
  const {shape} = weights;
  const {rowCount} = loraLayout(shape);
  if (blinders.length !== rowCount) throw new Error(`${blinders.length} blinders for ${rowCount} rows`);
  const bases = generators(shape.width);
  const curve = arithmetic();
  const entries = rowEntries(weights);
  const windows = shape.weightBits / DIGIT_BITS;
  const rows = new Uint8Array(rowCount * G1_BYTES);
  curve.scoped(() => {
    const multiples = blindingMultiples(curve, bases.blinding);
    for (let first = 0; first < rowCount; first += ROWS_PER_PASS) {
      const count = Math.min(ROWS_PER_PASS, rowCount - first);
      curve.scoped(() => {
        const perRow = windows * DIGIT_MAX;
        const buckets = new Buckets(curve, count * perRow, count * (shape.width * windows + TABLE_WINDOWS));
        for (let row = 0; row < count; row++) {
          for (let l = 0; l < shape.width; l++) {
            addDigits(buckets, row * perRow, entries[(first + row) * shape.width + l]!, bases.point(l));
          }
          addBlinding(buckets, row * perRow, blinders[first + row]!, multiples);
        }
        buckets.finish();
        const [sum, part, point] = [curve.allocate(EXTENDED), curve.allocate(EXTENDED), curve.allocate(AFFINE)];
        for (let row = 0; row < count; row++) {
          curve.wasm.extendedClear(sum);
          for (let window = windows - 1; window >= 0; window--) {
            for (let i = 0; i < DIGIT_BITS; i++) curve.wasm.extendedDouble(sum, sum);
            curve.wasm.sumBuckets(part, buckets.pointer + (row * perRow + window * DIGIT_MAX) * AFFINE, DIGIT_MAX);
            curve.wasm.extendedAdd(sum, part);
          }
          curve.toAffine(point, sum);
          curve.writePoint(rows, (first + row) * G1_BYTES, point);
        }
      });
    }
  });
  return {...weights, rows, blinders, commitment: loraCommitment(shape, rows)};
}

function addDigits(buckets: Buckets, base: number, entry: number, point: number): void {
  const sign = entry < 0 ? 1 : 0;
  let rest = Math.abs(entry);
  for (let window = 0; rest > 0; window++) {
    let digit = rest % (2 * DIGIT_MAX);
    rest = Math.floor(rest / (2 * DIGIT_MAX));
    if (digit > DIGIT_MAX) {
      digit -= 2 * DIGIT_MAX;
      rest++;
    }
    if (digit === 0) continue;
    buckets.add(base + window * DIGIT_MAX + Math.abs(digit) - 1, point | (digit < 0 ? 1 - sign : sign));
  }
}

/** s H, as one point per window of s, in the bucket of weight one. */
function addBlinding(buckets: Buckets, base: number, scalar: bigint, multiples: number): void {
  let rest = scalar;
  for (let window = 0; rest > 0n; window++) {
    let digit = Number(rest & BigInt(2 * TABLE_HALF - 1));
    rest >>= BigInt(TABLE_BITS);
    if (digit > TABLE_HALF) {
      digit -= 2 * TABLE_HALF;
      rest++;
    }
    if (digit === 0) continue;
    buckets.add(base, (multiples + (window * TABLE_HALF + Math.abs(digit) - 1) * AFFINE) | (digit < 0 ? 1 : 0));
  }
}

/** Multiples of H, which every commitment needs: a megabyte, made once. */
let multiplesOfBlinding: Int32Array | undefined;

/** d 2^(10 k) H for each window k and each d from 1 to 512. */
function blindingMultiples(curve: Arithmetic, table: number): number {
  const size = TABLE_WINDOWS * TABLE_HALF * AFFINE;
  const multiples = curve.zeroed(size);
  if (multiplesOfBlinding !== undefined) {
    curve.words.set(multiplesOfBlinding, multiples >> 2);
    return multiples;
  }
  const at = (window: number, digit: number): number => multiples + (window * TABLE_HALF + digit - 1) * AFFINE;
  for (let window = 0; window < TABLE_WINDOWS; window++) {
    curve.words.copyWithin(at(window, 1) >> 2, (table + window * AFFINE) >> 2, (table + (window + 1) * AFFINE) >> 2);
  }
  // known + d for d up to known: each pass makes twice as many.
  for (let known = 1; known < TABLE_HALF; known *= 2) {
    curve.addPairs(TABLE_WINDOWS * known, (i) => {
      const [window, digit] = [Math.floor(i / known), (i % known) + 1];
      return [at(window, known), at(window, digit), at(window, known + digit)];
    });
  }
  multiplesOfBlinding = curve.words.slice(multiples >> 2, (multiples + size) >> 2);
  return multiples;
}
