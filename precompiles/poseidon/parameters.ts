/**
 * Round constants and matrices of Poseidon over the scalar field of BN254, generated as the authors'
 * script does (Grassi, Khovratovich, Rechberger, Roy, Schofnegger, "Poseidon: A New Hash Function for
 * Zero-Knowledge Proof Systems", USENIX Security 2021, appendices E and F; x^5, 128 bits of
 * security, no optimisation). circomlib uses the same ones; the tests compare with its circuits.
 */
import {SCALAR_FIELD_MODULUS} from '../codec/index.ts';

export const FULL_ROUNDS = 8;

/** Partial rounds for a state of 2, 3, … 17 elements (table 2 of the authors' reference implementation). */
const PARTIAL_ROUNDS = [56, 57, 56, 60, 60, 63, 64, 63, 60, 66, 60, 65, 70, 60, 64, 68] as const;

export interface PoseidonParameters {
  /** Elements of the state: one more than are hashed. */
  readonly width: number;
  readonly partialRounds: number;
  /** `width` constants per round, round by round. */
  readonly roundConstants: readonly bigint[];
  /** Row i, column j. */
  readonly matrix: readonly (readonly bigint[])[];
}

export function partialRoundsOf(width: number): number {
  const rounds = PARTIAL_ROUNDS[width - 2];
  if (rounds === undefined) throw new Error(`Poseidon has no parameters for a state of ${width} elements`);
  return rounds;
}

export function generateParameters(width: number): PoseidonParameters {
  const partialRounds = partialRoundsOf(width);
  const grain = new GrainLfsr(width, partialRounds);
  const roundConstants = Array.from({length: width * (FULL_ROUNDS + partialRounds)}, () => grain.nextBelowModulus());
  return {width, partialRounds, roundConstants, matrix: cauchyMatrix(grain, width)};
}

/** M[i][j] = 1 / (x[i] + y[j]), with distinct x and y drawn until every sum has an inverse. */
function cauchyMatrix(grain: GrainLfsr, width: number): bigint[][] {
  for (;;) {
    const drawn = Array.from({length: 2 * width}, () => grain.next() % SCALAR_FIELD_MODULUS);
    if (new Set(drawn).size < drawn.length) continue;
    const [xs, ys] = [drawn.slice(0, width), drawn.slice(width)];
    const sums = xs.map((x) => ys.map((y) => (x + y) % SCALAR_FIELD_MODULUS));
    if (sums.some((row) => row.includes(0n))) continue;
    const inverses = invertAll(sums.flat());
    return xs.map((_, i) => inverses.slice(i * width, (i + 1) * width));
  }
}

/** Montgomery's trick: one inversion for all. */
function invertAll(values: readonly bigint[]): bigint[] {
  const p = SCALAR_FIELD_MODULUS;
  const products: bigint[] = [];
  let product = 1n;
  for (const value of values) {
    products.push(product);
    product = (product * value) % p;
  }
  let inverse = power(product, p - 2n);
  const result = new Array<bigint>(values.length);
  for (let i = values.length - 1; i >= 0; i--) {
    result[i] = (inverse * products[i]!) % p;
    inverse = (inverse * values[i]!) % p;
  }
  return result;
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = (result * base) % SCALAR_FIELD_MODULUS;
    base = (base * base) % SCALAR_FIELD_MODULUS;
  }
  return result;
}

const STATE_BITS = 80;
const FIELD_BITS = 254;
/** Bits thrown away after initialisation. */
const WARM_UP_BITS = 160;
/** Bits computed in one go. */
const BLOCK_BITS = 1 << 16;

/** The Grain LFSR in self-shrinking mode, seeded with the parameters of the instance (appendix E). */
class GrainLfsr {
  /** The last state, then the bits that follow it. */
  readonly #stream = new Uint8Array(STATE_BITS + BLOCK_BITS);
  #position = STATE_BITS;

  constructor(width: number, partialRounds: number) {
    const seed: readonly (readonly [value: number, bits: number])[] = [
      [1, 2], // a prime field
      [0, 4], // the S-box x^5
      [FIELD_BITS, 12],
      [width, 12],
      [FULL_ROUNDS, 10],
      [partialRounds, 10],
      [2 ** 30 - 1, 30],
    ];
    let at = 0;
    for (const [value, bits] of seed) {
      for (let bit = bits - 1; bit >= 0; bit--) this.#stream[at++] = Math.floor(value / 2 ** bit) % 2;
    }
    this.#fill();
    this.#position += WARM_UP_BITS;
  }

  /** The next 254 bits as an integer, which may exceed the modulus. */
  next(): bigint {
    let value = 0n;
    let part = 0;
    for (let i = 1; i <= FIELD_BITS; i++) {
      part = part * 2 + this.#bit();
      // Parts of up to 32 bits keep the arithmetic on large integers rare.
      if (i % 32 === FIELD_BITS % 32) {
        value = (value << 32n) | BigInt(part);
        part = 0;
      }
    }
    return value;
  }

  nextBelowModulus(): bigint {
    for (;;) {
      const value = this.next();
      if (value < SCALAR_FIELD_MODULUS) return value;
    }
  }

  /** Of each pair of bits the second counts, if the first is set. */
  #bit(): number {
    for (;;) {
      if (this.#position === this.#stream.length) {
        this.#stream.copyWithin(0, BLOCK_BITS);
        this.#fill();
      }
      const isKept = this.#stream[this.#position++];
      const bit = this.#stream[this.#position++]!;
      if (isKept === 1) return bit;
    }
  }

  #fill(): void {
    const stream = this.#stream;
    for (let i = 0; i < BLOCK_BITS; i++) {
      stream[i + STATE_BITS] =
        stream[i + 62]! ^ stream[i + 51]! ^ stream[i + 38]! ^ stream[i + 23]! ^ stream[i + 13]! ^ stream[i]!;
    }
    this.#position = STATE_BITS;
  }
}
