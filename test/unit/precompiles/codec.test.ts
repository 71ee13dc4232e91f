/* eslint-disable @typescript-eslint/no-explicit-any -- the point of these tests is JSON of any shape */
import {describe, expect, it} from '@jest/globals';
import {encodeAbiParameters, keccak256} from 'viem';
import {
  BASE_FIELD_MODULUS,
  CodecError,
  decodeProof,
  decodePublicInputs,
  decodeVerificationKey,
  encodeProof,
  encodeVerificationKey,
  fieldToInt,
  inferenceContext,
  intToField,
  keyHash,
  PUBLIC_INPUT_COUNT_MAX,
  SCALAR_FIELD_MODULUS,
} from '#precompiles/codec';
import type {CodecErrorCode} from '#precompiles/codec';
import {fixture, hex, patched, word} from './support.ts';

const {key, proofs} = fixture('multiplier');
const {proof, publicSignals} = proofs[0]!;

function codeOf(action: () => unknown): {code: CodecErrorCode; path: string} | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    return {code: error.code, path: error.path};
  }
}

/** A deep copy with one part replaced. */
function changed<T>(source: T, change: (copy: any) => void): unknown {
  const copy: unknown = structuredClone(source);
  change(copy);
  return copy;
}

describe('canonical encodings of snarkjs JSON', () => {
  it('writes and reads keys and proofs without loss', () => {
    const {protocol, curve, nPublic, vk_alpha_1, vk_beta_2, vk_gamma_2, vk_delta_2, IC} = key;
    const bytes = encodeVerificationKey(key);
    expect(bytes.length).toBe(448 + 4 * 64);
    expect(decodeVerificationKey(bytes)).toEqual({protocol, curve, nPublic, vk_alpha_1, vk_beta_2, vk_gamma_2, vk_delta_2, IC});
    expect(encodeProof(proof)).toHaveLength(256);
    expect(decodeProof(encodeProof(proof))).toEqual(proof);
    expect(decodePublicInputs(publicSignals)).toEqual([42n, 11n, 0n]);
    expect(keyHash(bytes)).toBe(keccak256(hex(bytes)));
  });

  it('puts the imaginary part of a G2 coordinate first, as EIP-197 does', () => {
    const bytes = encodeProof(proof);
    expect(bytes.subarray(64, 96)).toEqual(word(BigInt(proof.pi_b[0][1])));
    expect(bytes.subarray(96, 128)).toEqual(word(BigInt(proof.pi_b[0][0])));
  });

  it.each<[string, (copy: any) => void, CodecErrorCode, string]>([
    ['another protocol', (p) => (p.protocol = 'plonk'), 'wrongProtocol', 'protocol'],
    ['no protocol', (p) => delete p.protocol, 'wrongProtocol', 'protocol'],
    ['another curve', (p) => (p.curve = 'bls12381'), 'wrongCurve', 'curve'],
    ['no curve', (p) => delete p.curve, 'wrongCurve', 'curve'],
    ['a coordinate of q', (p) => (p.pi_a[0] = String(BASE_FIELD_MODULUS)), 'outOfRange', 'pi_a[0]'],
    ['a coordinate plus q', (p) => (p.pi_c[1] = String(BigInt(p.pi_c[1]) + BASE_FIELD_MODULUS)), 'outOfRange', 'pi_c[1]'],
    ['hexadecimal', (p) => (p.pi_a[0] = `0x${BigInt(p.pi_a[0]).toString(16)}`), 'notADecimalString', 'pi_a[0]'],
    ['a number', (p) => (p.pi_a[0] = 5), 'notADecimalString', 'pi_a[0]'],
    ['a BigInt', (p) => (p.pi_a[0] = BigInt(p.pi_a[0])), 'notADecimalString', 'pi_a[0]'],
    ['a string object', (p) => (p.pi_a[0] = Object(p.pi_a[0])), 'notADecimalString', 'pi_a[0]'],
    ['a leading zero', (p) => (p.pi_a[0] = `0${p.pi_a[0]}`), 'notADecimalString', 'pi_a[0]'],
    ['a sign', (p) => (p.pi_a[0] = `+${p.pi_a[0]}`), 'notADecimalString', 'pi_a[0]'],
    ['a space', (p) => (p.pi_a[0] = `${p.pi_a[0]} `), 'notADecimalString', 'pi_a[0]'],
    ['an empty string', (p) => (p.pi_a[0] = ''), 'notADecimalString', 'pi_a[0]'],
    ['a very long number', (p) => (p.pi_a[0] = '9'.repeat(100_000)), 'notADecimalString', 'pi_a[0]'],
    ['an array-like object', (p) => (p.pi_a = {0: p.pi_a[0], 1: p.pi_a[1], 2: '1', length: 3}), 'wrongShape', 'pi_a'],
    ['an array-like pair', (p) => (p.pi_b[0] = {...p.pi_b[0], length: 2}), 'wrongShape', 'pi_b[0]'],
    ['a string for a pair', (p) => (p.pi_b[0] = '12'), 'wrongShape', 'pi_b[0]'],
    ['no z', (p) => p.pi_a.pop(), 'wrongShape', 'pi_a'],
    ['no z in G2', (p) => p.pi_b.pop(), 'wrongShape', 'pi_b'],
    ['a projective z', (p) => (p.pi_a[2] = '2'), 'notAffine', 'pi_a[2]'],
    ['z = 1 as a number', (p) => (p.pi_a[2] = 1), 'notAffine', 'pi_a[2]'],
    ['z = 0, infinity', (p) => (p.pi_c = ['0', '1', '0']), 'notAffine', 'pi_c[2]'],
    ['a projective z in G2', (p) => (p.pi_b[2] = ['0', '1']), 'notAffine', 'pi_b[2]'],
    ['infinity by zeros', (p) => (p.pi_a = ['0', '0', '1']), 'infinity', 'pi_a'],
    ['infinity by zeros in G2', (p) => (p.pi_b = [['0', '0'], ['0', '0'], ['1', '0']]), 'infinity', 'pi_b'],
  ])('refuses a proof with %s', (_, change, code, path) => {
    expect(codeOf(() => encodeProof(changed(proof, change)))).toEqual({code, path});
  });

  it.each<[string, (copy: any) => void, CodecErrorCode, string]>([
    ['another protocol', (k) => (k.protocol = 'fflonk'), 'wrongProtocol', 'protocol'],
    ['another curve', (k) => (k.curve = 'bn254'), 'wrongCurve', 'curve'],
    ['a projective z', (k) => (k.vk_gamma_2[2] = ['2', '0']), 'notAffine', 'vk_gamma_2[2]'],
    ['a coordinate ≥ q', (k) => (k.IC[1][0] = String(BASE_FIELD_MODULUS + 1n)), 'outOfRange', 'IC[1][0]'],
    ['infinity', (k) => (k.IC[2] = ['0', '1', '0']), 'notAffine', 'IC[2][2]'],
    ['infinity by zeros', (k) => (k.IC[2] = ['0', '0', '1']), 'infinity', 'IC[2]'],
    ['an IC that is missing', (k) => delete k.IC, 'wrongShape', 'IC'],
    ['an empty IC', (k) => (k.IC = []), 'wrongShape', 'IC'],
    ['an array-like IC', (k) => (k.IC = {...k.IC, length: 4}), 'wrongShape', 'IC'],
    ['an nPublic that differs', (k) => (k.nPublic = 2), 'wrongCount', 'nPublic'],
    ['an nPublic in a string', (k) => (k.nPublic = '3'), 'wrongCount', 'nPublic'],
    [
      'too many public inputs',
      (k) => {
        k.IC = Array.from({length: PUBLIC_INPUT_COUNT_MAX + 2}, () => k.IC[0]);
        k.nPublic = PUBLIC_INPUT_COUNT_MAX + 1;
      },
      'tooManyPublicInputs',
      'IC',
    ],
  ])('refuses a key with %s', (_, change, code, path) => {
    expect(codeOf(() => encodeVerificationKey(changed(key, change)))).toEqual({code, path});
  });

  it.each([undefined, null, 5, 'proof', [], () => 1])('refuses %p in place of an object', (value) => {
    expect(codeOf(() => encodeProof(value))?.code).toBe('notAnObject');
    expect(codeOf(() => encodeVerificationKey(value))?.code).toBe('notAnObject');
  });

  it('refuses public inputs that are not decimal strings below r', () => {
    expect(codeOf(() => decodePublicInputs(['1', String(SCALAR_FIELD_MODULUS)]))).toEqual({
      code: 'outOfRange',
      path: 'public inputs[1]',
    });
    expect(codeOf(() => decodePublicInputs([1]))?.code).toBe('notADecimalString');
    expect(codeOf(() => decodePublicInputs(['0x1']))?.code).toBe('notADecimalString');
    expect(codeOf(() => decodePublicInputs({length: 1, 0: '1'}))?.code).toBe('wrongShape');
    expect(codeOf(() => decodePublicInputs(new Array(PUBLIC_INPUT_COUNT_MAX + 1).fill('0')))?.code).toBe('tooManyPublicInputs');
  });

  it('refuses bytes of the wrong length, out of range or at infinity', () => {
    const keyBytes = encodeVerificationKey(key);
    const proofBytes = encodeProof(proof);
    expect(codeOf(() => decodeProof(proofBytes.subarray(1)))?.code).toBe('wrongLength');
    expect(codeOf(() => decodeProof(patched(proofBytes, 0, word(BASE_FIELD_MODULUS))))?.code).toBe('outOfRange');
    expect(codeOf(() => decodeProof(patched(proofBytes, 192, new Uint8Array(64))))?.code).toBe('infinity');
    expect(codeOf(() => decodeVerificationKey(keyBytes.subarray(0, 448)))?.code).toBe('wrongLength');
    expect(codeOf(() => decodeVerificationKey(keyBytes.subarray(1)))?.code).toBe('wrongLength');
    expect(codeOf(() => decodeVerificationKey(new Uint8Array(448 + 64 * (PUBLIC_INPUT_COUNT_MAX + 2))))?.code).toBe('tooManyPublicInputs');
  });
});

describe('integers and contexts as field elements', () => {
  const largest = (SCALAR_FIELD_MODULUS - 1n) / 2n;

  it('writes x as x and −x as r − x, and back', () => {
    expect(intToField(5n)).toBe(5n);
    expect(intToField(-5n)).toBe(SCALAR_FIELD_MODULUS - 5n);
    for (const value of [0n, 1n, -1n, largest, -largest, 2n ** 127n, -(2n ** 127n)]) expect(fieldToInt(intToField(value))).toBe(value);
  });

  it('refuses what would stand for another integer', () => {
    for (const value of [largest + 1n, -largest - 1n, 2n ** 255n, -(2n ** 255n)]) {
      expect(codeOf(() => intToField(value))?.code).toBe('outOfRange');
    }
    expect(codeOf(() => fieldToInt(SCALAR_FIELD_MODULUS))?.code).toBe('outOfRange');
    expect(codeOf(() => fieldToInt(-1n))?.code).toBe('outOfRange');
  });

  it('makes the context that the oracle computes', () => {
    const oracle = '0x0000000000000000000000000000000000001020';
    const prover = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266';
    const encoded = encodeAbiParameters(
      [{type: 'uint256'}, {type: 'address'}, {type: 'uint256'}, {type: 'address'}],
      [72590n, oracle, 7n, prover],
    );
    const context = inferenceContext({chainId: 72590n, oracle, requestId: 7n, prover});
    expect(context).toBe(BigInt(keccak256(encoded)) % SCALAR_FIELD_MODULUS);
    expect(inferenceContext({chainId: 72590n, oracle, requestId: 8n, prover})).not.toBe(context);
    expect(codeOf(() => inferenceContext({chainId: -1n, oracle, requestId: 8n, prover}))?.path).toBe('chainId');
    expect(codeOf(() => inferenceContext({chainId: 1n, oracle: '0x12', requestId: 8n, prover}))?.path).toBe('oracle');
    expect(codeOf(() => inferenceContext({chainId: 1n, oracle, requestId: 2n ** 256n, prover}))?.path).toBe('requestId');
  });
});
