/**
 * BN254 (alt_bn128, BN_SNARK1) over mcl-wasm: decoding of points in the encoding of EIP-196 and
 * EIP-197, subgroup checks, and the arithmetic of the three Ethereum precompiles.
 */
import {BASE_FIELD_MODULUS, G1_BYTES, G2_BYTES, SCALAR_FIELD_MODULUS} from '../codec/index.ts';
import {allocate, bigEndian, heapOf, isBelow, isZeroRange, withMemory, writeReversed} from './memory.ts';
import {CURVE_BN_SNARK1, FP2_SIZE, FP_SIZE, G1_SIZE, G2_SIZE, GT_SIZE, instantiateMcl} from './module.ts';
import type {MclModule} from './module.ts';

/** The parameter x of the BN family that this curve has. */
const CURVE_PARAMETER = 4965661367192848881n;

const WORD = 32;

const BASE_FIELD_MODULUS_BYTES = bigEndian(BASE_FIELD_MODULUS, WORD);
const SCALAR_FIELD_MODULUS_BYTES = bigEndian(SCALAR_FIELD_MODULUS, WORD);

/** What a decoder found. Only 'point' and 'infinity' leave a usable value behind. */
export type DecodedPoint = 'point' | 'infinity' | 'coordinateTooLarge' | 'notOnCurve';

/** Synchronous and not re-entrant: each method uses the same scratch memory. */
export class Bn254 {
  readonly module: MclModule;
  readonly #one: Uint8Array;
  readonly #scratch: number;
  readonly #points: number;
  readonly #frobeniusX: number;
  readonly #frobeniusY: number;

  constructor(module: MclModule) {
    this.module = module;
    this.#scratch = allocate(module, 2 * WORD);
    this.#points = allocate(module, 5 * G2_SIZE);
    module._mclBnFp_setInt32(this.#points, 1);
    this.#one = heapOf(module).slice(this.#points, this.#points + FP_SIZE);
    this.#frobeniusX = this.#constant(...fp2Power(XI, (BASE_FIELD_MODULUS - 1n) / 3n));
    this.#frobeniusY = this.#constant(...fp2Power(XI, (BASE_FIELD_MODULUS - 1n) / 2n));
  }

  /** Reads x ‖ y (64 bytes) into a G1 value. Every point of the curve is in the subgroup: the cofactor is 1. */
  readG1(pointer: number, bytes: Uint8Array, offset: number): DecodedPoint {
    if (isZeroRange(bytes, offset, offset + G1_BYTES)) {
      this.module._mclBnG1_clear(pointer);
      return 'infinity';
    }
    if (!this.#readFp(pointer, bytes, offset) || !this.#readFp(pointer + FP_SIZE, bytes, offset + WORD)) {
      return 'coordinateTooLarge';
    }
    heapOf(this.module).set(this.#one, pointer + 2 * FP_SIZE);
    return this.module._mclBnG1_isValid(pointer) === 1 ? 'point' : 'notOnCurve';
  }

  /**
   * Reads x1 ‖ x0 ‖ y1 ‖ y0 (128 bytes, imaginary part first) into a G2 value. 'point' says that it
   * is on the twist; membership of the subgroup is for `isInSubgroup` to say.
   */
  readG2(pointer: number, bytes: Uint8Array, offset: number): DecodedPoint {
    if (isZeroRange(bytes, offset, offset + G2_BYTES)) {
      this.module._mclBnG2_clear(pointer);
      return 'infinity';
    }
    for (let i = 0; i < 4; i++) {
      const part = pointer + (i ^ 1) * FP_SIZE;
      if (!this.#readFp(part, bytes, offset + i * WORD)) return 'coordinateTooLarge';
    }
    const heap = heapOf(this.module);
    heap.set(this.#one, pointer + 4 * FP_SIZE);
    heap.fill(0, pointer + 5 * FP_SIZE, pointer + 6 * FP_SIZE);
    return this.module._mclBnG2_isValid(pointer) === 1 ? 'point' : 'notOnCurve';
  }

  /**
   * Whether a point of the twist has order r: [x+1]P + ψ([x]P) + ψ²([x]P) = ψ³([2x]P)
   * (Dai, Lin, Zhao, Zhou, "Fast subgroup membership testings for G1, G2 and GT on pairing-friendly
   * curves", eprint 2022/348, section 5.1). Four times faster than a multiplication by r, to which the
   * tests compare it. [x]P is made by doubling and adding, since mcl's own multiplication
   * takes a shortcut that holds inside the subgroup only.
   */
  isInSubgroup(point: number): boolean {
    const {module} = this;
    const [multiple, first, second, third, sum] = [0, 1, 2, 3, 4].map((i) => this.#points + i * G2_SIZE) as [
      number,
      number,
      number,
      number,
      number,
    ];
    heapOf(module).copyWithin(multiple, point, point + G2_SIZE);
    for (let bit = bitLength(CURVE_PARAMETER) - 2; bit >= 0; bit--) {
      module._mclBnG2_dbl(multiple, multiple);
      if ((CURVE_PARAMETER >> BigInt(bit)) & 1n) module._mclBnG2_add(multiple, multiple, point);
    }
    this.#frobenius(first, multiple);
    this.#frobenius(second, first);
    this.#frobenius(third, second);
    module._mclBnG2_dbl(third, third);
    module._mclBnG2_add(sum, multiple, point);
    module._mclBnG2_add(sum, sum, first);
    module._mclBnG2_add(sum, sum, second);
    return module._mclBnG2_isEqual(sum, third) === 1;
  }

  /** Reads 32 bytes as a scalar; false if it is not below the group order. */
  readScalar(pointer: number, bytes: Uint8Array, offset: number): boolean {
    if (!isBelow(bytes, offset, SCALAR_FIELD_MODULUS_BYTES)) return false;
    writeReversed(this.module, this.#scratch, bytes, offset, WORD);
    return this.module._mclBnFr_setLittleEndian(pointer, this.#scratch, WORD) === 0;
  }

  /** ECADD of EIP-196. @param input 128 bytes. Throws on an invalid point. */
  add(input: Uint8Array): Uint8Array {
    const [x, y] = [this.#points, this.#points + G1_SIZE];
    this.#requireG1(x, input, 0);
    this.#requireG1(y, input, G1_BYTES);
    this.module._mclBnG1_add(x, x, y);
    return this.#writeG1(x);
  }

  /** ECMUL of EIP-196: the scalar may be any 256-bit integer. @param input 96 bytes. Throws on an invalid point. */
  multiply(input: Uint8Array): Uint8Array {
    const [x, scalar] = [this.#points, this.#points + G1_SIZE];
    this.#requireG1(x, input, 0);
    heapOf(this.module).set(input.subarray(G1_BYTES, G1_BYTES + WORD), this.#scratch);
    if (this.module._mclBnFr_setBigEndianMod(scalar, this.#scratch, WORD) !== 0) throw new Error('scalar not read');
    this.module._mclBnG1_mul(x, x, scalar);
    return this.#writeG1(x);
  }

  /** The pairing check of EIP-197 over a multiple of 192 bytes. Throws on an invalid point. */
  pairingProductIsOne(input: Uint8Array): boolean {
    const count = input.length / (G1_BYTES + G2_BYTES);
    if (!Number.isInteger(count)) throw new Error(`pairing input of ${input.length} bytes`);
    return withMemory(this.module, GT_SIZE + count * (G1_SIZE + G2_SIZE), (product) => {
      const g1s = product + GT_SIZE;
      const g2s = g1s + count * G1_SIZE;
      let used = 0;
      for (let i = 0; i < count; i++) {
        const offset = i * (G1_BYTES + G2_BYTES);
        const g1 = this.#requireG1(g1s + used * G1_SIZE, input, offset);
        const g2 = this.#requireG2(g2s + used * G2_SIZE, input, offset + G1_BYTES);
        // A pair with infinity contributes the factor one.
        if (g1 === 'point' && g2 === 'point') used++;
      }
      if (used === 0) return true;
      this.module._mclBn_millerLoopVec(product, g1s, g2s, used);
      this.module._mclBn_finalExp(product, product);
      return this.module._mclBnGT_isOne(product) === 1;
    });
  }

  #requireG1(pointer: number, bytes: Uint8Array, offset: number): DecodedPoint {
    const decoded = this.readG1(pointer, bytes, offset);
    if (decoded === 'coordinateTooLarge' || decoded === 'notOnCurve') throw new Error(`G1 point: ${decoded}`);
    return decoded;
  }

  #requireG2(pointer: number, bytes: Uint8Array, offset: number): DecodedPoint {
    const decoded = this.readG2(pointer, bytes, offset);
    if (decoded === 'coordinateTooLarge' || decoded === 'notOnCurve') throw new Error(`G2 point: ${decoded}`);
    if (decoded === 'point' && !this.isInSubgroup(pointer)) throw new Error('G2 point: outside the subgroup');
    return decoded;
  }

  #writeG1(pointer: number): Uint8Array {
    const output = new Uint8Array(G1_BYTES);
    if (this.module._mclBnG1_isZero(pointer) === 1) return output;
    this.module._mclBnG1_normalize(pointer, pointer);
    for (let i = 0; i < 2; i++) {
      const size = this.module._mclBnFp_getLittleEndian(this.#scratch, WORD, pointer + i * FP_SIZE);
      const bytes = heapOf(this.module).slice(this.#scratch, this.#scratch + size).reverse();
      output.set(bytes, (i + 1) * WORD - size);
    }
    return output;
  }

  #readFp(pointer: number, bytes: Uint8Array, offset: number): boolean {
    if (!isBelow(bytes, offset, BASE_FIELD_MODULUS_BYTES)) return false;
    writeReversed(this.module, this.#scratch, bytes, offset, WORD);
    return this.module._mclBnFp_setLittleEndian(pointer, this.#scratch, WORD) === 0;
  }

  /** ψ, the untwist-Frobenius-twist map: (ξ^((q−1)/3)·x̄, ξ^((q−1)/2)·ȳ, z̄), in Jacobian coordinates too. */
  #frobenius(target: number, source: number): void {
    const {module} = this;
    for (let part = 0; part < 3; part++) {
      const [from, to] = [source + part * FP2_SIZE, target + part * FP2_SIZE];
      heapOf(module).copyWithin(to, from, from + FP_SIZE);
      module._mclBnFp_neg(to + FP_SIZE, from + FP_SIZE);
    }
    module._mclBnFp2_mul(target, target, this.#frobeniusX);
    module._mclBnFp2_mul(target + FP2_SIZE, target + FP2_SIZE, this.#frobeniusY);
  }

  #constant(real: bigint, imaginary: bigint): number {
    const pointer = allocate(this.module, FP2_SIZE);
    if (!this.#readFp(pointer, bigEndian(real, WORD), 0) || !this.#readFp(pointer + FP_SIZE, bigEndian(imaginary, WORD), 0)) {
      throw new Error('a curve constant is not a field element');
    }
    return pointer;
  }
}

/** ξ = 9 + u, by which the twist y² = x³ + 3/ξ is made (EIP-197). */
const XI: readonly [bigint, bigint] = [9n, 1n];

/** Power in Fq[u]/(u² + 1). */
function fp2Power(base: readonly [bigint, bigint], exponent: bigint): [bigint, bigint] {
  const q = BASE_FIELD_MODULUS;
  const multiply = ([a, b]: readonly [bigint, bigint], [c, d]: readonly [bigint, bigint]): [bigint, bigint] => [
    (a * c + (q - b) * d) % q,
    (a * d + b * c) % q,
  ];
  let result: [bigint, bigint] = [1n, 0n];
  for (let bit = bitLength(exponent) - 1; bit >= 0; bit--) {
    result = multiply(result, result);
    if ((exponent >> BigInt(bit)) & 1n) result = multiply(result, base);
  }
  return result;
}

function bitLength(value: bigint): number {
  return value.toString(2).length;
}

let loading: Promise<Bn254> | undefined;
let loaded: Bn254 | undefined;

/** Instantiates the curve once per process. */
export async function loadBn254(): Promise<Bn254> {
  loading ??= instantiateMcl(CURVE_BN_SNARK1).then((module) => new Bn254(module));
  loaded = await loading;
  return loaded;
}

/** The instance that `loadBn254` made. Throws if it has not resolved yet: a fault of the program, not of an input. */
export function bn254(): Bn254 {
  if (loaded === undefined) throw new Error('initPrecompiles() has not resolved');
  return loaded;
}
