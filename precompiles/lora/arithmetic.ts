/** BN254's G1 and its scalar field in WebAssembly memory: allocation, and the encodings of codec/lora in and out. */
import {BASE_FIELD_MODULUS, SCALAR_FIELD_MODULUS} from '../codec/index.ts';
import {ARENA_BYTES_MAX, BATCH_ADD_MAX} from './limits.ts';
import {AFFINE, PAIR, PAIR_SCRATCH} from './wasm/curve.ts';
import {ELEMENT, instantiateLora, INVERSE_EXPONENT, bitLength, MEMORY, ROOT_EXPONENT} from './wasm/module.ts';
import type {LoraModule} from './wasm/module.ts';

export {AFFINE, EXTENDED} from './wasm/curve.ts';
export {ELEMENT, MEMORY} from './wasm/module.ts';

const PAGE = 65_536;
const WORDS = 8;
const MASK = 2 ** 29 - 1;
const Q_WORDS = bigEndianWords(BASE_FIELD_MODULUS);
const P_WORDS = bigEndianWords(SCALAR_FIELD_MODULUS);

/** Synchronous and not re-entrant: memory is taken and given back like a stack. */
export class Arithmetic {
  readonly wasm: LoraModule = instantiateLora();
  #words = new Int32Array(this.wasm.memory.buffer);
  #top: number = MEMORY.free;
  #depth = 0;

  /** Memory as 32-bit words. Taken anew after each allocation: a growing memory detaches older views. */
  get words(): Int32Array {
    return this.#words;
  }

  /** The bytes of memory in use and not. */
  get byteLength(): number {
    return this.#words.byteLength;
  }

  get isIdle(): boolean {
    return this.#depth === 0;
  }

  /** Memory of any content, until the enclosing `scoped` ends. Throws beyond the bound of memory. */
  allocate(bytes: number): number {
    const pointer = this.#top;
    const top = pointer + Math.ceil(bytes / 8) * 8;
    if (top > ARENA_BYTES_MAX) throw new Error(`${top} bytes of memory for LoRA proofs, at most ${ARENA_BYTES_MAX}`);
    if (top > this.#words.byteLength) {
      this.wasm.memory.grow(Math.ceil((top - this.#words.byteLength) / PAGE));
      this.#words = new Int32Array(this.wasm.memory.buffer);
    }
    this.#top = top;
    return pointer;
  }

  /** Memory of zeros. */
  zeroed(bytes: number): number {
    const pointer = this.allocate(bytes);
    this.#words.fill(0, pointer >> 2, this.#top >> 2);
    return pointer;
  }

  /** Elements, all zero. */
  elements(count: number): number {
    return this.zeroed(count * ELEMENT);
  }

  /** Gives back all that `use` allocates. */
  scoped<T>(use: () => T): T {
    const top = this.#top;
    this.#depth++;
    try {
      return use();
    } finally {
      this.#top = top;
      this.#depth--;
    }
  }

  /** 32 big-endian bytes as a scalar in Montgomery form; false when they are not below the group's order. */
  readScalar(pointer: number, bytes: Uint8Array, offset: number): boolean {
    if (!this.#readLimbs(pointer, bytes, offset, P_WORDS)) return false;
    this.wasm.frMul(pointer, pointer, MEMORY.frR2);
    return true;
  }

  /** 32 big-endian bytes of any value as a plain scalar: below 2^256. */
  readRaw(pointer: number, bytes: Uint8Array, offset: number): void {
    this.#readLimbs(pointer, bytes, offset, undefined);
  }

  /** The canonical 32 bytes of a scalar in Montgomery form. */
  writeScalar(target: Uint8Array, offset: number, pointer: number): void {
    const plain = MEMORY.elements;
    this.wasm.frMul(plain, pointer, MEMORY.plainOne);
    this.#writeLimbs(target, offset, plain, P_WORDS);
  }

  /** x ‖ y, 64 bytes, of an affine point that is not infinity; false for what is not one. */
  readPoint(pointer: number, bytes: Uint8Array, offset: number): boolean {
    const {wasm} = this;
    const [x, y] = [pointer, pointer + ELEMENT];
    if (!this.#readLimbs(x, bytes, offset, Q_WORDS) || !this.#readLimbs(y, bytes, offset + 32, Q_WORDS)) return false;
    for (const part of [x, y]) {
      wasm.fpMul(part, part, MEMORY.fpR2);
      wasm.fpReduce(part);
    }
    const difference = MEMORY.elements;
    this.#curveEquation(difference, x);
    wasm.fpMul(MEMORY.elements + 64, y, y);
    wasm.fpSub(difference, difference, MEMORY.elements + 64);
    return wasm.fpIsZero(difference) === 1;
  }

  /** The 64 bytes of an affine point; infinity is zero. */
  writePoint(target: Uint8Array, offset: number, pointer: number): void {
    const plain = MEMORY.elements;
    for (let part = 0; part < 2; part++) {
      this.wasm.fpMul(plain, pointer + part * ELEMENT, MEMORY.plainOne);
      this.#writeLimbs(target, offset + 32 * part, plain, Q_WORDS);
    }
  }

  /** Extended coordinates to affine. */
  toAffine(pointer: number, extended: number): void {
    const {wasm} = this;
    if (wasm.isZeroElement(extended + 2 * ELEMENT) === 1) {
      this.#words.fill(0, pointer >> 2, (pointer + AFFINE) >> 2);
      return;
    }
    // With z³ = ZZZ and z² = ZZ: 1 / ZZ = (ZZ / ZZZ)² .
    const [inverse, square] = [MEMORY.elements, MEMORY.elements + 64];
    wasm.fpPow(inverse, extended + 3 * ELEMENT, MEMORY.inverseExponent, bitLength(INVERSE_EXPONENT));
    wasm.fpMul(square, inverse, extended + 2 * ELEMENT);
    wasm.fpMul(square, square, square);
    wasm.fpMul(pointer, extended, square);
    wasm.fpMul(pointer + ELEMENT, extended + ELEMENT, inverse);
    wasm.fpReduce(pointer);
    wasm.fpReduce(pointer + ELEMENT);
  }

  /** The point with this x (32 bytes) and an even y; false when there is none. */
  readPointOfX(pointer: number, bytes: Uint8Array): boolean {
    const {wasm} = this;
    const y = pointer + ELEMENT;
    if (!this.#readLimbs(pointer, bytes, 0, Q_WORDS)) return false;
    wasm.fpMul(pointer, pointer, MEMORY.fpR2);
    wasm.fpReduce(pointer);
    const [square, check] = [MEMORY.elements, MEMORY.elements + 64];
    this.#curveEquation(square, pointer);
    wasm.fpPow(y, square, MEMORY.rootExponent, bitLength(ROOT_EXPONENT));
    wasm.fpMul(check, y, y);
    wasm.fpSub(check, check, square);
    if (wasm.fpIsZero(check) === 0) return false;
    const written = new Uint8Array(32);
    wasm.fpMul(check, y, MEMORY.plainOne);
    this.#writeLimbs(written, 0, check, Q_WORDS);
    if (written[31]! & 1) wasm.fpNeg(y, y);
    wasm.fpReduce(y);
    return true;
  }

  /** Adds pairs of affine points by address: first, second (bit 0 of either set for the opposite), and where the sum goes. */
  addPairs(count: number, pairOf: (i: number) => readonly [first: number, second: number, sum: number]): void {
    this.scoped(() => {
      const size = Math.min(count, BATCH_ADD_MAX);
      const pairs = this.allocate(size * PAIR);
      const scratch = this.allocate(size * PAIR_SCRATCH);
      for (let start = 0; start < count; start += size) {
        const length = Math.min(size, count - start);
        for (let i = 0; i < length; i++) this.#words.set(pairOf(start + i), (pairs >> 2) + 3 * i);
        this.wasm.batchAdd(pairs, length, scratch);
      }
    });
  }

  /** x³ + 3. */
  #curveEquation(target: number, x: number): void {
    this.wasm.fpMul(target, x, x);
    this.wasm.fpMul(target, target, x);
    this.wasm.fpAdd(target, target, MEMORY.fpThree);
  }

  #readLimbs(pointer: number, bytes: Uint8Array, offset: number, bound: Uint32Array | undefined): boolean {
    const words = WORD_SCRATCH;
    for (let i = 0; i < WORDS; i++) {
      const at = offset + 4 * i;
      words[i] = (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
    }
    if (bound !== undefined && !isBelow(words, bound)) return false;
    const memory = this.#words;
    const at = pointer >> 2;
    for (let limb = 0; limb < 9; limb++) {
      const bit = 29 * limb;
      const word = WORDS - 1 - (bit >> 5);
      const shift = bit & 31;
      let value = words[word]! >>> shift;
      if (shift > 3 && word > 0) value |= words[word - 1]! << (32 - shift);
      memory[at + limb] = value & MASK;
    }
    return true;
  }

  /** `pointer` holds an integer in [0, p]. */
  #writeLimbs(target: Uint8Array, offset: number, pointer: number, modulus: Uint32Array): void {
    const at = pointer >> 2;
    const words = WORD_SCRATCH.fill(0);
    for (let limb = 0; limb < 9; limb++) {
      const value = this.#words[at + limb]!;
      const bit = 29 * limb;
      const word = WORDS - 1 - (bit >> 5);
      const shift = bit & 31;
      words[word] = words[word]! | (value << shift);
      if (shift > 3 && word > 0) words[word - 1] = words[word - 1]! | (value >>> (32 - shift));
    }
    if (!isBelow(words, modulus)) words.fill(0);
    for (let i = 0; i < WORDS; i++) {
      for (let byte = 0; byte < 4; byte++) target[offset + 4 * i + byte] = words[i]! >>> (24 - 8 * byte);
    }
  }
}

const WORD_SCRATCH = new Uint32Array(WORDS);

function isBelow(words: Uint32Array, bound: Uint32Array): boolean {
  for (let i = 0; i < WORDS; i++) if (words[i] !== bound[i]) return words[i]! < bound[i]!;
  return false;
}

function bigEndianWords(value: bigint): Uint32Array {
  return Uint32Array.from({length: WORDS}, (_, i) => Number((value >> BigInt(32 * (WORDS - 1 - i))) & 0xffff_ffffn));
}

let shared: Arithmetic | undefined;

/** One instance per thread, made when it is first needed. */
export function arithmetic(): Arithmetic {
  return (shared ??= new Arithmetic());
}
