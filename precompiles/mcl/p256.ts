/** ECDSA over NIST P-256 (secp256r1) on mcl-wasm, as EIP-7951 has it. */
import {allocate, bigEndian, heapOf, isBelow, isZeroRange, writeReversed} from './memory.ts';
import {CURVE_NIST_P256, FP_SIZE, FR_SIZE, G1_SIZE, instantiateMcl} from './module.ts';
import type {MclModule} from './module.ts';

const FIELD_MODULUS = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const WORD = 32;
const SIGNED_BYTES = 5 * WORD;

const FIELD_MODULUS_BYTES = bigEndian(FIELD_MODULUS, WORD);
const ORDER_BYTES = bigEndian(ORDER, WORD);

/** Synchronous and not re-entrant. */
export class P256 {
  readonly #module: MclModule;
  readonly #scratch: number;
  /** The generator, the public key and their sum. */
  readonly #points: number;
  /** The factors of the generator and of the public key, and 1/s. */
  readonly #scalars: number;
  readonly #one: Uint8Array;

  constructor(module: MclModule) {
    this.#module = module;
    this.#scratch = allocate(module, WORD);
    this.#points = allocate(module, 3 * G1_SIZE);
    this.#scalars = allocate(module, 3 * FR_SIZE);
    module._mclBnFp_setInt32(this.#points, 1);
    this.#one = heapOf(module).slice(this.#points, this.#points + FP_SIZE);
    module._mclBnG1_getBasePoint(this.#points);
    module._mclBnG1_normalize(this.#points, this.#points);
  }

  /** @param input hash ‖ r ‖ s ‖ x ‖ y, 32 bytes each. False for whatever is not a valid signature. */
  verify(input: Uint8Array): boolean {
    if (input.length !== SIGNED_BYTES) return false;
    const module = this.#module;
    for (const offset of [WORD, 2 * WORD]) {
      if (!isBelow(input, offset, ORDER_BYTES) || isZeroRange(input, offset, offset + WORD)) return false;
    }
    const [key, sum] = [this.#points + G1_SIZE, this.#points + 2 * G1_SIZE];
    if (!this.#readPoint(key, input, 3 * WORD)) return false;

    const [ofGenerator, ofKey, inverse] = [0, 1, 2].map((i) => this.#scalars + i * FR_SIZE) as [number, number, number];
    this.#readScalar(ofGenerator, input, 0);
    this.#readScalar(ofKey, input, WORD);
    this.#readScalar(inverse, input, 2 * WORD);
    module._mclBnFr_inv(inverse, inverse);
    module._mclBnFr_mul(ofGenerator, ofGenerator, inverse);
    module._mclBnFr_mul(ofKey, ofKey, inverse);
    module._mclBnG1_mulVec(sum, this.#points, this.#scalars, 2);
    if (module._mclBnG1_isZero(sum) === 1) return false;
    module._mclBnG1_normalize(sum, sum);
    return this.#xModuloOrder(sum) === toBigInt(input.subarray(WORD, 2 * WORD));
  }

  #readPoint(pointer: number, input: Uint8Array, offset: number): boolean {
    if (isZeroRange(input, offset, offset + 2 * WORD)) return false;
    for (let i = 0; i < 2; i++) {
      if (!isBelow(input, offset + i * WORD, FIELD_MODULUS_BYTES)) return false;
      writeReversed(this.#module, this.#scratch, input, offset + i * WORD, WORD);
      if (this.#module._mclBnFp_setLittleEndian(pointer + i * FP_SIZE, this.#scratch, WORD) !== 0) return false;
    }
    heapOf(this.#module).set(this.#one, pointer + 2 * FP_SIZE);
    return this.#module._mclBnG1_isValid(pointer) === 1;
  }

  /** Any 256-bit integer, modulo the order. */
  #readScalar(pointer: number, input: Uint8Array, offset: number): void {
    heapOf(this.#module).set(input.subarray(offset, offset + WORD), this.#scratch);
    if (this.#module._mclBnFr_setBigEndianMod(pointer, this.#scratch, WORD) !== 0) throw new Error('scalar not read');
  }

  #xModuloOrder(point: number): bigint {
    const size = this.#module._mclBnFp_getLittleEndian(this.#scratch, WORD, point);
    return toBigInt(heapOf(this.#module).slice(this.#scratch, this.#scratch + size).reverse()) % ORDER;
  }
}

function toBigInt(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return value;
}

let loading: Promise<P256> | undefined;

/** Instantiates the curve once per process. */
export function loadP256(): Promise<P256> {
  loading ??= instantiateMcl(CURVE_NIST_P256).then((module) => new P256(module));
  return loading;
}
