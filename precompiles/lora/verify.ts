import {createHash} from 'node:crypto';
import {LORA_POINT_COUNT, loraLayout} from '../codec/index.ts';
import {AFFINE, arithmetic, ELEMENT, MEMORY} from './arithmetic.ts';
import type {Arithmetic} from './arithmetic.ts';
import {EQUATION_COUNT, prepareClaim, weighEquations} from './evaluation.ts';
import type {LoraClaim, PreparedClaim} from './evaluation.ts';
import {generators} from './generators.ts';
import {fillTables, MultiScalarSum, TABLE_BYTES} from './multi-scalar.ts';
import {readWeights} from './statement.ts';
import {Transcript} from './transcript.ts';

const G1_BYTES = 64;
const WEIGHT_BYTES = 16;

/**
 * Tables of the rows of commitments that are verified again and again: about a third of the time less, 2 kB a row. For
 * verifiers off the chain; a result never depends on them.
 */
export class RowTables {
  readonly #rowsMax: number;
  readonly #tables = new Map<string, Int32Array>();
  #rows = 0;

  /** @param rowsMax rows of all commitments kept; those used longest ago are forgotten */
  constructor(rowsMax: number) {
    this.#rowsMax = rowsMax;
  }

  get rowCount(): number {
    return this.#rows;
  }

  /** Address of the tables of these rows, points already read, in memory that the caller's scope gives back. */
  load(curve: Arithmetic, rows: Uint8Array, points: number): number | undefined {
    const count = rows.length / G1_BYTES;
    if (count > this.#rowsMax) return undefined;
    const key = createHash('sha256').update(rows).digest('hex');
    const pointer = curve.allocate(count * TABLE_BYTES);
    const known = this.#tables.get(key);
    if (known !== undefined) {
      this.#tables.delete(key);
      this.#tables.set(key, known);
      curve.words.set(known, pointer >> 2);
      return pointer;
    }
    fillTables(curve, pointer, points, count);
    this.#tables.set(key, curve.words.slice(pointer >> 2, (pointer + count * TABLE_BYTES) >> 2));
    this.#rows += count;
    for (const [oldest, table] of this.#tables) {
      if (this.#rows <= this.#rowsMax) break;
      this.#tables.delete(oldest);
      this.#rows -= (table.length * 4) / TABLE_BYTES;
    }
    return pointer;
  }
}

/**
 * Whether a proof holds. False for whatever is not a proof of the statement in its one canonical form; throws `CodecError` only for a
 * shape over the limits, which is the caller's to check.
 */
export function verifyLora(claim: LoraClaim, tables?: RowTables): boolean {
  return verifyLoraBatch([claim], tables);
}

/**
 * Whether all proofs of a batch hold, of rows of any widths: one multi-scalar sum. On false, `verifyLora` tells which does not.
 * The weights of the equations are drawn by Fiat–Shamir from all that the proofs say, so the answer is the same everywhere.
 */
export function verifyLoraBatch(claims: readonly LoraClaim[], tables?: RowTables): boolean {
  if (claims.length === 0) return false;
  const width = Math.max(...claims.map(({shape}) => (loraLayout(shape), shape.width)));
  const bases = generators(width);
  const curve = arithmetic();
  return curve.scoped(() => {
    const prepared: PreparedClaim[] = [];
    for (const claim of claims) {
      const one = prepareClaim(curve, claim);
      if (one === undefined) return false;
      prepared.push(one);
    }
    const sum = new MultiScalarSum(curve);
    const weights = drawWeights(curve, prepared);
    const shared = curve.elements(width + 2);
    for (const [i, one] of prepared.entries()) {
      const {points, rows} = weighEquations(curve, one, weights + i * EQUATION_COUNT * ELEMENT, shared);
      if (!addRows(curve, sum, one.claim.rows, rows, tables)) return false;
      for (let j = 0; j < LORA_POINT_COUNT; j++) sum.addPoint(one.points + j * AFFINE, points + j * ELEMENT);
    }
    sum.addTabled(bases.blinding, shared);
    sum.addTabled(bases.value, shared + ELEMENT);
    for (let l = 0; l < width; l++) sum.addTabled(bases.entry(l), shared + (l + 2) * ELEMENT);
    return sum.isZero();
  });
}

/** Six scalars of 128 bits per claim. */
function drawWeights(curve: Arithmetic, prepared: readonly PreparedClaim[]): number {
  const transcript = new Transcript('batch');
  for (const {transcriptState} of prepared) transcript.absorb('proof', transcriptState);
  const count = prepared.length * EQUATION_COUNT;
  const weights = curve.elements(count);
  readWeights(curve, weights, transcript.bytes('weights', count * WEIGHT_BYTES), count);
  curve.wasm.frScale(weights, weights, MEMORY.frR2, count);
  return weights;
}

/** Reads the rows of a commitment and adds them to the sum; false when one is no point. */
export function addRows(curve: Arithmetic, sum: MultiScalarSum, rows: Uint8Array, scalars: number, tables?: RowTables): boolean {
  const count = rows.length / G1_BYTES;
  const points = curve.allocate(count * AFFINE);
  for (let i = 0; i < count; i++) if (!curve.readPoint(points + i * AFFINE, rows, i * G1_BYTES)) return false;
  const loaded = tables?.load(curve, rows, points);
  for (let i = 0; i < count; i++) {
    if (loaded === undefined) sum.addPoint(points + i * AFFINE, scalars + i * ELEMENT);
    else sum.addTabled(loaded + i * TABLE_BYTES, scalars + i * ELEMENT);
  }
  return true;
}
