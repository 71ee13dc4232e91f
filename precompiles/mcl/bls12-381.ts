/**
 * BLS12-381 over mcl-wasm: the operations of EIP-2537 and the opening check of EIP-4844.
 * A base field element is 64 bytes, of which the first 16 are zero; a G2 coordinate is its real part,
 * then its imaginary part; all zeros is infinity.
 */
import {allocate, bigEndian, heapOf, isBelow, isZeroRange, withMemory, writeReversed} from './memory.ts';
import {CURVE_BLS12_381, FP_SIZE, FR_SIZE, G1_SIZE, G2_SIZE, GT_SIZE, instantiateMcl} from './module.ts';
import type {MclModule} from './module.ts';

const FIELD_MODULUS = 0x1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaabn;
const SCALAR_MODULUS = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001n;
/** Bytes of a base field element in compressed points, and in EIP-2537 with its padding. */
const FIELD_BYTES = 48;
const PADDED_FIELD_BYTES = 64;
const SCALAR_BYTES = 32;
const G1_BYTES = 2 * PADDED_FIELD_BYTES;
const G2_BYTES = 4 * PADDED_FIELD_BYTES;

const FIELD_MODULUS_BYTES = bigEndian(FIELD_MODULUS, FIELD_BYTES);
const SCALAR_MODULUS_BYTES = bigEndian(SCALAR_MODULUS, SCALAR_BYTES);

/** mcl's name for the maps of RFC 9380 (MCL_MAP_TO_MODE_HASH_TO_CURVE_07). */
const MAP_TO_MODE_RFC_9380 = 5;

/** Flags in the first byte of a compressed point (ZCash serialisation). */
const COMPRESSED_FLAG = 0x80;
const INFINITY_FLAG = 0x40;
const FLAGS = 0xe0;

/** Which group a method works in. Both have the same operations under other names and sizes. */
interface Group {
  readonly size: number;
  readonly encodedBytes: number;
  readonly coordinates: number;
  readonly isValid: (point: number) => number;
  readonly isValidOrder: (point: number) => number;
  readonly isZero: (point: number) => number;
  readonly clear: (point: number) => void;
  readonly normalize: (target: number, point: number) => void;
  readonly add: (target: number, x: number, y: number) => void;
  readonly multiplySum: (target: number, points: number, scalars: number, count: number) => void;
}

/** Synchronous and not re-entrant. Methods throw on an invalid point, and say which rule it breaks. */
export class Bls12381 {
  readonly #module: MclModule;
  readonly #g1: Group;
  readonly #g2: Group;
  readonly #scratch: number;
  readonly #points: number;
  #openingConstants: number | undefined;
  readonly #one: Uint8Array;

  constructor(module: MclModule) {
    this.#module = module;
    module._mclBn_setMapToMode(MAP_TO_MODE_RFC_9380);
    module._mclBn_setETHserialization(1);
    this.#scratch = allocate(module, 2 * FIELD_BYTES);
    this.#points = allocate(module, 3 * G2_SIZE);
    module._mclBnFp_setInt32(this.#points, 1);
    this.#one = heapOf(module).slice(this.#points, this.#points + FP_SIZE);
    this.#g1 = {
      size: G1_SIZE,
      encodedBytes: G1_BYTES,
      coordinates: 2,
      isValid: module._mclBnG1_isValid,
      isValidOrder: module._mclBnG1_isValidOrder,
      isZero: module._mclBnG1_isZero,
      clear: module._mclBnG1_clear,
      normalize: module._mclBnG1_normalize,
      add: module._mclBnG1_add,
      multiplySum: module._mclBnG1_mulVec,
    };
    this.#g2 = {
      size: G2_SIZE,
      encodedBytes: G2_BYTES,
      coordinates: 4,
      isValid: module._mclBnG2_isValid,
      isValidOrder: module._mclBnG2_isValidOrder,
      isZero: module._mclBnG2_isZero,
      clear: module._mclBnG2_clear,
      normalize: module._mclBnG2_normalize,
      add: module._mclBnG2_add,
      multiplySum: module._mclBnG2_mulVec,
    };
  }

  addG1(input: Uint8Array): Uint8Array {
    return this.#add(this.#g1, input);
  }

  addG2(input: Uint8Array): Uint8Array {
    return this.#add(this.#g2, input);
  }

  msmG1(input: Uint8Array): Uint8Array {
    return this.#multiplySum(this.#g1, input);
  }

  msmG2(input: Uint8Array): Uint8Array {
    return this.#multiplySum(this.#g2, input);
  }

  mapFPtoG1(input: Uint8Array): Uint8Array {
    const [element, point] = [this.#points, this.#points + G2_SIZE];
    this.#readField(element, input, 0);
    if (this.#module._mclBnFp_mapToG1(point, element) !== 0) throw new Error('field element not mapped');
    return this.#write(this.#g1, point);
  }

  mapFP2toG2(input: Uint8Array): Uint8Array {
    const [element, point] = [this.#points, this.#points + G2_SIZE];
    this.#readField(element, input, 0);
    this.#readField(element + FP_SIZE, input, PADDED_FIELD_BYTES);
    if (this.#module._mclBnFp2_mapToG2(point, element) !== 0) throw new Error('field element not mapped');
    return this.#write(this.#g2, point);
  }

  /** 32 bytes: one if the product of the pairings is one, else zero. */
  pairingCheck(input: Uint8Array): Uint8Array {
    const count = input.length / (G1_BYTES + G2_BYTES);
    const module = this.#module;
    const isOne = withMemory(module, GT_SIZE + count * (G1_SIZE + G2_SIZE), (product) => {
      const g1s = product + GT_SIZE;
      const g2s = g1s + count * G1_SIZE;
      let used = 0;
      for (let i = 0; i < count; i++) {
        const offset = i * (G1_BYTES + G2_BYTES);
        const isPoint1 = this.#readInSubgroup(this.#g1, g1s + used * G1_SIZE, input, offset);
        const isPoint2 = this.#readInSubgroup(this.#g2, g2s + used * G2_SIZE, input, offset + G1_BYTES);
        // A pair with infinity contributes the factor one.
        if (isPoint1 && isPoint2) used++;
      }
      return used === 0 || this.#productIsOne(product, g1s, g2s, used);
    });
    const output = new Uint8Array(32);
    output[31] = isOne ? 1 : 0;
    return output;
  }

  /**
   * Whether a committed polynomial has the value y at z: e(C − [y]G1 + [z]proof, −G2) · e(proof, [τ]G2) = 1
   * (consensus-specs, deneb/polynomial-commitments.md, verify_kzg_proof_impl, with z on the other side).
   *
   * @param commitment 48 bytes @param z 32 bytes @param y 32 bytes @param proof 48 bytes
   */
  verifyOpening(commitment: Uint8Array, z: Uint8Array, y: Uint8Array, proof: Uint8Array): boolean {
    const module = this.#module;
    const constants = (this.#openingConstants ??= this.#makeOpeningConstants());
    return withMemory(module, GT_SIZE + 3 * G1_SIZE + FR_SIZE, (product) => {
      const g1s = product + GT_SIZE;
      const opening = g1s + G1_SIZE;
      const multiple = opening + G1_SIZE;
      const scalar = multiple + G1_SIZE;
      // In the order of the checks of the EIP: a scalar that is none fails before a point.
      this.#readScalar(scalar, z);
      this.#readScalar(scalar, y);
      this.#decompressG1(g1s, commitment);
      this.#decompressG1(opening, proof);

      module._mclBnG1_mul(multiple, constants + 2 * G2_SIZE, scalar);
      module._mclBnG1_neg(multiple, multiple);
      module._mclBnG1_add(g1s, g1s, multiple);
      // z goes to the side of the commitment, where it costs a multiplication in G1 and none in G2.
      this.#readScalar(scalar, z);
      module._mclBnG1_mul(multiple, opening, scalar);
      module._mclBnG1_add(g1s, g1s, multiple);
      return this.#productIsOneWithInfinities(product, g1s, constants);
    });
  }

  /** −G2, [τ]G2 and the generator of G1, one behind the other; kept: to read a point costs a square root and a check of its order. */
  #makeOpeningConstants(): number {
    const minusG2 = allocate(this.#module, 2 * G2_SIZE + G1_SIZE);
    this.#decompressG2(minusG2, G2_GENERATOR);
    this.#module._mclBnG2_neg(minusG2, minusG2);
    this.#decompressG2(minusG2 + G2_SIZE, G2_TAU);
    this.#decompressG1(minusG2 + 2 * G2_SIZE, G1_GENERATOR);
    return minusG2;
  }

  #add(group: Group, input: Uint8Array): Uint8Array {
    const [x, y] = [this.#points, this.#points + G2_SIZE];
    this.#readOnCurve(group, x, input, 0);
    this.#readOnCurve(group, y, input, group.encodedBytes);
    group.add(x, x, y);
    return this.#write(group, x);
  }

  #multiplySum(group: Group, input: Uint8Array): Uint8Array {
    const pairBytes = group.encodedBytes + SCALAR_BYTES;
    const count = input.length / pairBytes;
    return withMemory(this.#module, (count + 1) * (group.size + FR_SIZE), (sum) => {
      const points = sum + group.size;
      const scalars = points + count * group.size;
      let used = 0;
      for (let i = 0; i < count; i++) {
        const offset = i * pairBytes;
        const isPoint = this.#readInSubgroup(group, points + used * group.size, input, offset);
        if (!isPoint) continue;
        this.#readScalarModulo(scalars + used * FR_SIZE, input, offset + group.encodedBytes);
        used++;
      }
      group.clear(sum);
      if (used > 0) group.multiplySum(sum, points, scalars, used);
      return this.#write(group, sum);
    });
  }

  #productIsOne(product: number, g1s: number, g2s: number, count: number): boolean {
    this.#module._mclBn_millerLoopVec(product, g1s, g2s, count);
    this.#module._mclBn_finalExp(product, product);
    return this.#module._mclBnGT_isOne(product) === 1;
  }

  /** Of two pairs in adjoining memory, leaving out those with infinity. */
  #productIsOneWithInfinities(product: number, g1s: number, g2s: number): boolean {
    const isUsed = (i: number) =>
      this.#g1.isZero(g1s + i * G1_SIZE) === 0 && this.#g2.isZero(g2s + i * G2_SIZE) === 0;
    for (let i = 0; i < 2; i++) {
      this.#g1.normalize(g1s + i * G1_SIZE, g1s + i * G1_SIZE);
      this.#g2.normalize(g2s + i * G2_SIZE, g2s + i * G2_SIZE);
    }
    if (isUsed(0) && isUsed(1)) return this.#productIsOne(product, g1s, g2s, 2);
    // One pairing alone is one only if it has an infinity.
    return !isUsed(0) && !isUsed(1);
  }

  /** False for infinity. */
  #readOnCurve(group: Group, pointer: number, bytes: Uint8Array, offset: number): boolean {
    if (isZeroRange(bytes, offset, offset + group.encodedBytes)) {
      group.clear(pointer);
      return false;
    }
    for (let i = 0; i < group.coordinates; i++) {
      this.#readField(pointer + i * FP_SIZE, bytes, offset + i * PADDED_FIELD_BYTES);
    }
    const z = pointer + group.coordinates * FP_SIZE;
    const heap = heapOf(this.#module);
    heap.fill(0, z, pointer + group.size);
    heap.set(this.#one, z);
    if (group.isValid(pointer) !== 1) throw new Error('point not on the curve');
    return true;
  }

  #readInSubgroup(group: Group, pointer: number, bytes: Uint8Array, offset: number): boolean {
    if (!this.#readOnCurve(group, pointer, bytes, offset)) return false;
    if (group.isValidOrder(pointer) !== 1) throw new Error('point outside the subgroup');
    return true;
  }

  #readField(pointer: number, bytes: Uint8Array, offset: number): void {
    const start = offset + PADDED_FIELD_BYTES - FIELD_BYTES;
    if (!isZeroRange(bytes, offset, start) || !isBelow(bytes, start, FIELD_MODULUS_BYTES)) {
      throw new Error('coordinate not below the modulus');
    }
    writeReversed(this.#module, this.#scratch, bytes, start, FIELD_BYTES);
    if (this.#module._mclBnFp_setLittleEndian(pointer, this.#scratch, FIELD_BYTES) !== 0) throw new Error('coordinate not read');
  }

  #readScalar(pointer: number, bytes: Uint8Array): void {
    if (bytes.length !== SCALAR_BYTES || !isBelow(bytes, 0, SCALAR_MODULUS_BYTES)) {
      throw new Error('scalar not below the group order');
    }
    this.#readScalarModulo(pointer, bytes, 0);
  }

  #readScalarModulo(pointer: number, bytes: Uint8Array, offset: number): void {
    heapOf(this.#module).set(bytes.subarray(offset, offset + SCALAR_BYTES), this.#scratch);
    if (this.#module._mclBnFr_setBigEndianMod(pointer, this.#scratch, SCALAR_BYTES) !== 0) throw new Error('scalar not read');
  }

  /** Reads 48 bytes in ZCash's compressed form, in the subgroup. */
  #decompressG1(pointer: number, bytes: Uint8Array): void {
    this.#decompress(this.#g1, this.#module._mclBnG1_deserialize, pointer, bytes, FIELD_BYTES);
  }

  #decompressG2(pointer: number, bytes: Uint8Array): void {
    this.#decompress(this.#g2, this.#module._mclBnG2_deserialize, pointer, bytes, 2 * FIELD_BYTES);
  }

  #decompress(group: Group, deserialize: MclModule['_mclBnG1_deserialize'], pointer: number, bytes: Uint8Array, size: number): void {
    if (bytes.length !== size) throw new Error(`compressed point of ${bytes.length} bytes`);
    const flags = bytes[0]! & FLAGS;
    const bare = Uint8Array.from(bytes);
    bare[0]! &= ~FLAGS;
    if ((flags & COMPRESSED_FLAG) === 0) throw new Error('point not compressed');
    if ((flags & INFINITY_FLAG) !== 0) {
      if (flags !== (COMPRESSED_FLAG | INFINITY_FLAG) || !isZeroRange(bare, 0, size)) throw new Error('infinity with coordinates');
      group.clear(pointer);
      return;
    }
    for (let offset = 0; offset < size; offset += FIELD_BYTES) {
      if (!isBelow(bare, offset, FIELD_MODULUS_BYTES)) throw new Error('coordinate not below the modulus');
    }
    heapOf(this.#module).set(bytes, this.#scratch);
    if (deserialize(pointer, this.#scratch, size) !== size) throw new Error('point not on the curve');
    if (group.isValidOrder(pointer) !== 1) throw new Error('point outside the subgroup');
  }

  #write(group: Group, point: number): Uint8Array {
    const output = new Uint8Array(group.encodedBytes);
    if (group.isZero(point) === 1) return output;
    group.normalize(point, point);
    for (let i = 0; i < group.coordinates; i++) {
      const size = this.#module._mclBnFp_getLittleEndian(this.#scratch, FIELD_BYTES, point + i * FP_SIZE);
      const bytes = heapOf(this.#module).slice(this.#scratch, this.#scratch + size).reverse();
      output.set(bytes, (i + 1) * PADDED_FIELD_BYTES - size);
    }
    return output;
  }
}

/** Generators of the groups, compressed. */
const G1_GENERATOR = bigEndian(
  0x97f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bbn,
  FIELD_BYTES,
);
const G2_GENERATOR = bigEndian(
  0x93e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8n,
  2 * FIELD_BYTES,
);
/** [τ]G2 of the KZG ceremony (consensus-specs, presets/mainnet/trusted_setups/trusted_setup_4096.json, g2_monomial[1]). */
const G2_TAU = bigEndian(
  0xb5bfd7dd8cdeb128843bc287230af38926187075cbfbefa81009a2ce615ac53d2914e5870cb452d2afaaab24f3499f72185cbfee53492714734429b7b38608e23926c911cceceac9a36851477ba4c60b087041de621000edc98edada20c1def2n,
  2 * FIELD_BYTES,
);

let loading: Promise<Bls12381> | undefined;

/** Instantiates the curve once per process. */
export function loadBls12381(): Promise<Bls12381> {
  loading ??= instantiateMcl(CURVE_BLS12_381).then((module) => new Bls12381(module));
  return loading;
}
