import createModule from 'mcl-wasm/dist/mcl_c.js';

/**
 * The part of mcl's C interface (mcl/include/mcl/bn.h) that is used here. Every argument named in
 * capitals of the C header is a pointer into the instance's linear memory.
 *
 * mcl-wasm's own JavaScript layer keeps one curve in module-wide state, which any other user of the
 * package in the process can replace. An own instance per curve cannot be changed from outside.
 */
export interface MclModule {
  readonly HEAP8: Int8Array;
  _malloc(size: number): number;
  _free(pointer: number): void;
  _mclBn_init(curve: number, compiledTimeVar: number): number;
  _mclBn_verifyOrderG1(doVerify: number): void;
  _mclBn_verifyOrderG2(doVerify: number): void;
  _mclBn_setMapToMode(mode: number): number;
  _mclBn_setETHserialization(enable: number): void;

  _mclBnFr_setBigEndianMod(x: number, bytes: number, size: number): number;
  _mclBnFr_setLittleEndian(x: number, bytes: number, size: number): number;
  _mclBnFr_getLittleEndian(out: number, outSize: number, x: number): number;
  _mclBnFr_setInt32(x: number, value: number): void;
  _mclBnFr_add(z: number, x: number, y: number): void;
  _mclBnFr_sqr(z: number, x: number): void;
  _mclBnFr_mul(z: number, x: number, y: number): void;
  _mclBnFr_inv(y: number, x: number): void;

  _mclBnFp_setLittleEndian(x: number, bytes: number, size: number): number;
  _mclBnFp_getLittleEndian(out: number, outSize: number, x: number): number;
  _mclBnFp_setInt32(x: number, value: number): void;
  _mclBnFp_neg(y: number, x: number): void;
  _mclBnFp2_mul(z: number, x: number, y: number): void;
  _mclBnFp_mapToG1(y: number, x: number): number;
  _mclBnFp2_mapToG2(y: number, x: number): number;

  _mclBnG1_clear(x: number): void;
  _mclBnG1_getBasePoint(x: number): void;
  _mclBnG1_deserialize(x: number, bytes: number, size: number): number;
  _mclBnG1_isValid(x: number): number;
  _mclBnG1_isValidOrder(x: number): number;
  _mclBnG1_isZero(x: number): number;
  _mclBnG1_neg(y: number, x: number): void;
  _mclBnG1_normalize(y: number, x: number): void;
  _mclBnG1_add(z: number, x: number, y: number): void;
  _mclBnG1_mul(z: number, x: number, y: number): void;
  _mclBnG1_mulVec(z: number, xs: number, ys: number, n: number): void;

  _mclBnG2_clear(x: number): void;
  _mclBnG2_deserialize(x: number, bytes: number, size: number): number;
  _mclBnG2_isValid(x: number): number;
  _mclBnG2_isValidOrder(x: number): number;
  _mclBnG2_isEqual(x: number, y: number): number;
  _mclBnG2_isZero(x: number): number;
  _mclBnG2_neg(y: number, x: number): void;
  _mclBnG2_dbl(y: number, x: number): void;
  _mclBnG2_normalize(y: number, x: number): void;
  _mclBnG2_add(z: number, x: number, y: number): void;
  _mclBnG2_mul(z: number, x: number, y: number): void;
  _mclBnG2_mulVec(z: number, xs: number, ys: number, n: number): void;

  _mclBnGT_isOne(x: number): number;
  _mclBnGT_mul(z: number, x: number, y: number): void;
  _mclBn_millerLoop(z: number, x: number, y: number): void;
  _mclBn_millerLoopVec(z: number, xs: number, ys: number, n: number): void;
  _mclBn_finalExp(y: number, x: number): void;
}

/** mcl's numbers for its curves (mcl/include/mcl/curve_type.h). */
export const CURVE_BN_SNARK1 = 4;
export const CURVE_BLS12_381 = 5;
export const CURVE_NIST_P256 = 107;

/** Sizes in bytes of mcl's values in linear memory: this build reserves 384 bits for a base field element and 256 for a scalar. */
export const FR_SIZE = 32;
export const FP_SIZE = 48;
export const FP2_SIZE = 2 * FP_SIZE;
export const G1_SIZE = 3 * FP_SIZE;
export const G2_SIZE = 6 * FP_SIZE;
export const GT_SIZE = 12 * FP_SIZE;

/** What `mclBn_init` compares with its own build: base field and scalar units of 64 bits. */
const COMPILED_TIME_VAR = 10 * (FR_SIZE / 8) + FP_SIZE / 8;

/** A fresh WebAssembly instance set to `curve`. Order checks are off: they are made explicitly where they are due. */
export async function instantiateMcl(curve: number): Promise<MclModule> {
  const module = (await createModule({cryptoGetRandomValues: noRandomness})) as MclModule;
  const status = module._mclBn_init(curve, COMPILED_TIME_VAR);
  if (status !== 0) throw new Error(`mcl refused curve ${curve}: ${status}`);
  module._mclBn_verifyOrderG1(0);
  module._mclBn_verifyOrderG2(0);
  return module;
}

function noRandomness(): never {
  throw new Error('consensus code asked for randomness');
}
