import {G1_BYTES, G2_BYTES, PROOF_BYTES} from '../codec/index.ts';
import {bn254} from '../mcl/bn254.ts';
import {restore, withMemory} from '../mcl/memory.ts';
import {FR_SIZE, G1_SIZE, G2_SIZE, GT_SIZE} from '../mcl/module.ts';
import type {DecodedKey} from './key.ts';

const WORD = 32;

/**
 * Groth16 (Groth, "On the size of pairing-based non-interactive arguments", EUROCRYPT 2016, section 3.2):
 * e(A, B) · e(−α, β) · e(−L, γ) · e(−C, δ) = 1 with L = IC[0] + Σ input[i] · IC[i + 1].
 *
 * False for anything but a proof: wrong lengths, inputs not below r, coordinates not below q, infinity,
 * points off the curve or outside the subgroup. Valid proofs are malleable (A, B, C and −A, −B, C both
 * verify), so proof bytes identify nothing.
 *
 * γ and δ are not expanded into line coefficients: mcl has no joint loop over one free and two expanded
 * points, and its joint loop over three free points takes the same time.
 *
 * @param publicInputs 32 bytes big-endian each @param proof 256 bytes
 */
export function verifyProof(key: DecodedKey, publicInputs: Uint8Array, proof: Uint8Array): boolean {
  const count = key.publicInputCount;
  if (publicInputs.length !== count * WORD || proof.length !== PROOF_BYTES) return false;
  const curve = bn254();
  const {module} = curve;
  const g1s = GT_SIZE * 2;
  const g2s = g1s + 3 * G1_SIZE;
  const commitments = g2s + 3 * G2_SIZE;
  const scalars = commitments + (count + 1) * G1_SIZE;
  return withMemory(module, scalars + count * FR_SIZE, (base) => {
    const [a, l, c] = [0, 1, 2].map((i) => base + g1s + i * G1_SIZE) as [number, number, number];
    const b = base + g2s;
    if (curve.readG1(a, proof, 0) !== 'point') return false;
    if (curve.readG2(b, proof, G1_BYTES) !== 'point' || !curve.isInSubgroup(b)) return false;
    if (curve.readG1(c, proof, G1_BYTES + G2_BYTES) !== 'point') return false;
    for (let i = 0; i < count; i++) {
      if (!curve.readScalar(base + scalars + i * FR_SIZE, publicInputs, i * WORD)) return false;
    }
    restore(module, base + commitments, key.inputCommitments);
    restore(module, b + G2_SIZE, key.gammaDelta);
    module._mclBnG1_clear(l);
    if (count > 0) module._mclBnG1_mulVec(l, base + commitments + G1_SIZE, base + scalars, count);
    module._mclBnG1_add(l, l, base + commitments);
    module._mclBnG1_neg(l, l);
    module._mclBnG1_neg(c, c);
    module._mclBnG1_normalize(l, l);
    const fixed = base + GT_SIZE;
    module._mclBn_millerLoopVec(base, a, b, 3);
    restore(module, fixed, key.alphaBeta);
    module._mclBnGT_mul(base, base, fixed);
    module._mclBn_finalExp(base, base);
    return module._mclBnGT_isOne(base) === 1;
  });
}
