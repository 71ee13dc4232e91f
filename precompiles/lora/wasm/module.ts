import {BASE_FIELD_MODULUS, SCALAR_FIELD_MODULUS} from '../../codec/index.ts';
import {ModuleBuilder} from './assembler.ts';
import {defineCurve} from './curve.ts';
import {defineField, ELEMENT, limbsOf, LIMB_BITS, LIMBS} from './field.ts';
import {defineVectors} from './vectors.ts';

/** As far as it is used here; the compiler's library of it comes with the browser's. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => {readonly exports: unknown};
};

/** Arguments are addresses and counts; see field.ts, curve.ts and vectors.ts. */
export interface LoraModule {
  readonly memory: {readonly buffer: ArrayBuffer; grow(pages: number): number};
  fpMul(z: number, x: number, y: number): void;
  fpAdd(z: number, x: number, y: number): void;
  fpSub(z: number, x: number, y: number): void;
  fpNeg(z: number, x: number): void;
  fpReduce(x: number): void;
  fpIsZero(x: number): number;
  fpCopy(z: number, x: number): void;
  fpPow(z: number, x: number, exponent: number, bits: number): void;
  frMul(z: number, x: number, y: number): void;
  frAdd(z: number, x: number, y: number): void;
  frSub(z: number, x: number, y: number): void;
  frNeg(z: number, x: number): void;
  frReduce(x: number): void;
  frIsZero(x: number): number;
  frCopy(z: number, x: number): void;
  isZeroElement(x: number): number;
  batchAdd(pairs: number, count: number, scratch: number): void;
  sumBuckets(z: number, buckets: number, count: number): void;
  extendedClear(z: number): void;
  extendedDouble(z: number, p: number): void;
  extendedAdd(z: number, q: number): void;
  frInner(z: number, xs: number, ys: number, n: number): void;
  frAddScaled(zs: number, xs: number, s: number, n: number): void;
  frScale(zs: number, xs: number, s: number, n: number): void;
  frExtendEq(table: number, n: number, s: number): void;
  frFold(xs: number, half: number, s: number): void;
  collapse16(sums: number, values: number, weights: number, rows: number, columns: number): void;
  collapse64(sums: number, values: number, weights: number, rows: number, columns: number): void;
}

/** Where memory holds what. Each entry begins at a multiple of 64. */
export const MEMORY = {
  fpPowScratch: 0,
  frPowScratch: 64,
  vectorScratch: 128,
  /** 1 in Montgomery form, base field. */
  fpOne: 192,
  /** R² mod p: brings an integer into Montgomery form. */
  fpR2: 256,
  frR2: 320,
  /** The integer 1: brings a value out of Montgomery form. */
  plainOne: 384,
  /** 3, of y² = x³ + 3, in Montgomery form. */
  fpThree: 448,
  frOne: 512,
  /** q − 2 and (q + 1) / 4 as little-endian bytes. */
  inverseExponent: 576,
  rootExponent: 640,
  /** Elements for callers: six, 64 bytes apart. */
  elements: 704,
  temporaries: 1_088,
  kept: 1_472,
  free: 2_048,
} as const;

export const INVERSE_EXPONENT = BASE_FIELD_MODULUS - 2n;
export const ROOT_EXPONENT = (BASE_FIELD_MODULUS + 1n) / 4n;
export const bitLength = (value: bigint): number => value.toString(2).length;

const RADIX = 1n << BigInt(LIMB_BITS * LIMBS);
const PAGES = 32;

export function instantiateLora(): LoraModule {
  const builder = new ModuleBuilder(PAGES);
  defineField(builder, 'fp', BASE_FIELD_MODULUS, MEMORY.fpPowScratch);
  defineField(builder, 'fr', SCALAR_FIELD_MODULUS, MEMORY.frPowScratch);
  defineCurve(builder, {
    temporaries: MEMORY.temporaries,
    kept: MEMORY.kept,
    one: MEMORY.fpOne,
    inverseExponent: MEMORY.inverseExponent,
    inverseExponentBits: bitLength(INVERSE_EXPONENT),
  });
  defineVectors(builder, MEMORY.vectorScratch);
  const module = new WebAssembly.Instance(new WebAssembly.Module(builder.build())).exports as LoraModule;
  const words = new Int32Array(module.memory.buffer);
  const element = (address: number, value: bigint): void => {
    limbsOf(value).forEach((limb, i) => (words[address / 4 + i] = Number(limb)));
  };
  element(MEMORY.fpOne, RADIX % BASE_FIELD_MODULUS);
  element(MEMORY.fpR2, (RADIX * RADIX) % BASE_FIELD_MODULUS);
  element(MEMORY.frR2, (RADIX * RADIX) % SCALAR_FIELD_MODULUS);
  element(MEMORY.plainOne, 1n);
  element(MEMORY.fpThree, (3n * RADIX) % BASE_FIELD_MODULUS);
  element(MEMORY.frOne, RADIX % SCALAR_FIELD_MODULUS);
  for (const [address, exponent] of [[MEMORY.inverseExponent, INVERSE_EXPONENT], [MEMORY.rootExponent, ROOT_EXPONENT]] as const) {
    for (let i = 0; i < 8; i++) words[address / 4 + i] = Number((exponent >> BigInt(32 * i)) & 0xffff_ffffn) | 0;
  }
  return module;
}

export {ELEMENT};
