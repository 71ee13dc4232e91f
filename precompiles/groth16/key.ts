import {G1_BYTES, G2_BYTES, KEY_HEAD_BYTES, PUBLIC_INPUT_COUNT_MAX} from '../codec/index.ts';
import {bn254} from '../mcl/bn254.ts';
import type {DecodedPoint} from '../mcl/bn254.ts';
import {save, withMemory} from '../mcl/memory.ts';
import {G1_SIZE, G2_SIZE, GT_SIZE} from '../mcl/module.ts';

/** Why a verification key is refused: the argument of `InvalidKey(uint8)`. */
export const KeyFault = {
  Length: 1,
  TooManyPublicInputs: 2,
  CoordinateTooLarge: 3,
  Infinity: 4,
  NotOnCurve: 5,
  OutsideSubgroup: 6,
  GammaIsDelta: 7,
} as const;
export type KeyFault = (typeof KeyFault)[keyof typeof KeyFault];

/** A key in mcl's own representation, ready to be copied into linear memory. */
export interface DecodedKey {
  readonly publicInputCount: number;
  /** The Miller loop of (−α, β): the factor of the product that no proof changes. */
  readonly alphaBeta: Uint8Array;
  /** γ, then δ. */
  readonly gammaDelta: Uint8Array;
  /** IC[0] … IC[n]. */
  readonly inputCommitments: Uint8Array;
}

const POINT_FAULTS: Readonly<Record<Exclude<DecodedPoint, 'point'>, KeyFault>> = {
  infinity: KeyFault.Infinity,
  coordinateTooLarge: KeyFault.CoordinateTooLarge,
  notOnCurve: KeyFault.NotOnCurve,
};

/** The number of public inputs that a key of this length has, or why no key has it. */
export function publicInputCountOf(length: number): {count: number} | {fault: KeyFault} {
  const count = (length - KEY_HEAD_BYTES) / G1_BYTES - 1;
  if (!Number.isInteger(count) || count < 0) return {fault: KeyFault.Length};
  if (count > PUBLIC_INPUT_COUNT_MAX) return {fault: KeyFault.TooManyPublicInputs};
  return {count};
}

/**
 * Checks canonical key bytes: length, canonical coordinates, no infinity, every point on its curve
 * and in the subgroup, γ ≠ ±δ. With γ = ±δ, which is how snarkjs leaves a key that no one
 * contributed to, C can absorb any public input and anyone can forge.
 */
export function checkKey(bytes: Uint8Array): KeyFault | undefined {
  const length = publicInputCountOf(bytes.length);
  if ('fault' in length) return length.fault;
  const curve = bn254();
  return withMemory(curve.module, G1_SIZE + 3 * G2_SIZE, (g1) => {
    const [beta, gamma, delta] = [0, 1, 2].map((i) => g1 + G1_SIZE + i * G2_SIZE) as [number, number, number];
    const readings: (() => DecodedPoint)[] = [
      () => curve.readG1(g1, bytes, 0),
      ...[beta, gamma, delta].map((pointer, i) => () => curve.readG2(pointer, bytes, G1_BYTES + i * G2_BYTES)),
      ...Array.from({length: length.count + 1}, (_, i) => () => curve.readG1(g1, bytes, KEY_HEAD_BYTES + i * G1_BYTES)),
    ];
    for (const read of readings) {
      const decoded = read();
      if (decoded !== 'point') return POINT_FAULTS[decoded];
    }
    if (![beta, gamma, delta].every((pointer) => curve.isInSubgroup(pointer))) return KeyFault.OutsideSubgroup;
    if (curve.module._mclBnG2_isEqual(gamma, delta) === 1) return KeyFault.GammaIsDelta;
    curve.module._mclBnG2_neg(gamma, gamma);
    return curve.module._mclBnG2_isEqual(gamma, delta) === 1 ? KeyFault.GammaIsDelta : undefined;
  });
}

/** Decodes bytes that `checkKey` has accepted. */
export function decodeKey(bytes: Uint8Array): DecodedKey {
  const length = publicInputCountOf(bytes.length);
  if ('fault' in length) throw new Error(`a registered key has a fault of length: ${length.fault}`);
  const {module} = bn254();
  const curve = bn254();
  const inputCommitmentsSize = (length.count + 1) * G1_SIZE;
  return withMemory(module, GT_SIZE + G1_SIZE + 3 * G2_SIZE + inputCommitmentsSize, (product) => {
    const alpha = product + GT_SIZE;
    const beta = alpha + G1_SIZE;
    const gammaDelta = beta + G2_SIZE;
    const inputCommitments = gammaDelta + 2 * G2_SIZE;
    curve.readG1(alpha, bytes, 0);
    for (let i = 0; i < 3; i++) curve.readG2(beta + i * G2_SIZE, bytes, G1_BYTES + i * G2_BYTES);
    for (let i = 0; i <= length.count; i++) {
      curve.readG1(inputCommitments + i * G1_SIZE, bytes, KEY_HEAD_BYTES + i * G1_BYTES);
    }
    module._mclBnG1_neg(alpha, alpha);
    module._mclBn_millerLoop(product, alpha, beta);
    return {
      publicInputCount: length.count,
      alphaBeta: save(module, product, GT_SIZE),
      gammaDelta: save(module, gammaDelta, 2 * G2_SIZE),
      inputCommitments: save(module, inputCommitments, inputCommitmentsSize),
    };
  });
}
