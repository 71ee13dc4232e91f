/**
 * Groth16 over BN254: snarkjs's JSON ↔ the canonical bytes that the chain stores, hashes and verifies.
 *
 * Coordinates are 32 bytes big-endian; a G2 coordinate is its imaginary part, then its real part
 * (EIP-197; snarkjs writes them the other way round).
 *
 *     verification key   α (64) ‖ β (128) ‖ γ (128) ‖ δ (128) ‖ IC[0] … IC[n] (64 each), n public inputs
 *     proof              A (64) ‖ B (128) ‖ C (64)
 *
 * The functions check form: types, tags, ranges, affine coordinates. That points lie on the curve and in the
 * subgroup is checked where a key is registered and a proof is verified.
 */
import {keccak_256} from '@noble/hashes/sha3.js';
import {readWord, toHex, WORD_BYTES, writeWord} from './bytes.ts';
import type {Hex} from './bytes.ts';
import {CodecError} from './errors.ts';
import {BASE_FIELD_MODULUS, SCALAR_FIELD_MODULUS} from './field.ts';
import {DECIMAL_LENGTH_MAX, PUBLIC_INPUT_COUNT_MAX} from './limits.ts';

export const G1_BYTES = 64;
export const G2_BYTES = 128;
export const PROOF_BYTES = 2 * G1_BYTES + G2_BYTES;
/** α, β, γ and δ. */
export const KEY_HEAD_BYTES = G1_BYTES + 3 * G2_BYTES;

type DecimalPair = readonly [string, string];
export type SnarkjsG1 = readonly [string, string, string];
export type SnarkjsG2 = readonly [DecimalPair, DecimalPair, DecimalPair];

/** snarkjs's verification_key.json. Its `vk_alphabeta_12` can be derived, and is neither read nor written here. */
export interface SnarkjsVerificationKey {
  readonly protocol: 'groth16';
  readonly curve: 'bn128';
  readonly nPublic: number;
  readonly vk_alpha_1: SnarkjsG1;
  readonly vk_beta_2: SnarkjsG2;
  readonly vk_gamma_2: SnarkjsG2;
  readonly vk_delta_2: SnarkjsG2;
  readonly IC: readonly SnarkjsG1[];
}

/** snarkjs's proof.json. */
export interface SnarkjsProof {
  readonly pi_a: SnarkjsG1;
  readonly pi_b: SnarkjsG2;
  readonly pi_c: SnarkjsG1;
  readonly protocol: 'groth16';
  readonly curve: 'bn128';
}

/** Length in bytes of a key for `publicInputCount` public inputs. */
export function verificationKeyLength(publicInputCount: number): number {
  return KEY_HEAD_BYTES + (publicInputCount + 1) * G1_BYTES;
}

/** Canonical bytes of a parsed verification_key.json. Throws `CodecError`. */
export function encodeVerificationKey(json: unknown): Uint8Array {
  const key = requireTagged(json, 'verification key');
  const ic = key['IC'];
  if (!Array.isArray(ic) || ic.length === 0) throw new CodecError('wrongShape', 'IC', 'not a list of points');
  if (ic.length - 1 > PUBLIC_INPUT_COUNT_MAX) {
    throw new CodecError('tooManyPublicInputs', 'IC', `${ic.length - 1} public inputs, at most ${PUBLIC_INPUT_COUNT_MAX}`);
  }
  if (key['nPublic'] !== ic.length - 1) {
    throw new CodecError('wrongCount', 'nPublic', `${String(key['nPublic'])} public inputs, but IC has ${ic.length} points`);
  }
  const bytes = new Uint8Array(verificationKeyLength(ic.length - 1));
  writeG1(bytes, 0, key['vk_alpha_1'], 'vk_alpha_1');
  writeG2(bytes, G1_BYTES, key['vk_beta_2'], 'vk_beta_2');
  writeG2(bytes, G1_BYTES + G2_BYTES, key['vk_gamma_2'], 'vk_gamma_2');
  writeG2(bytes, G1_BYTES + 2 * G2_BYTES, key['vk_delta_2'], 'vk_delta_2');
  for (const [i, point] of ic.entries()) writeG1(bytes, KEY_HEAD_BYTES + i * G1_BYTES, point, `IC[${i}]`);
  return bytes;
}

/** The inverse of `encodeVerificationKey`. Throws `CodecError`. */
export function decodeVerificationKey(bytes: Uint8Array): SnarkjsVerificationKey {
  const nPublic = (bytes.length - KEY_HEAD_BYTES) / G1_BYTES - 1;
  if (!Number.isInteger(nPublic) || nPublic < 0) {
    throw new CodecError('wrongLength', 'verification key', `${bytes.length} bytes`);
  }
  if (nPublic > PUBLIC_INPUT_COUNT_MAX) {
    throw new CodecError('tooManyPublicInputs', 'verification key', `${nPublic} public inputs`);
  }
  return {
    protocol: 'groth16',
    curve: 'bn128',
    nPublic,
    vk_alpha_1: readG1(bytes, 0, 'vk_alpha_1'),
    vk_beta_2: readG2(bytes, G1_BYTES, 'vk_beta_2'),
    vk_gamma_2: readG2(bytes, G1_BYTES + G2_BYTES, 'vk_gamma_2'),
    vk_delta_2: readG2(bytes, G1_BYTES + 2 * G2_BYTES, 'vk_delta_2'),
    IC: Array.from({length: nPublic + 1}, (_, i) => readG1(bytes, KEY_HEAD_BYTES + i * G1_BYTES, `IC[${i}]`)),
  };
}

/** The 256 canonical bytes of a parsed proof.json. Throws `CodecError`. */
export function encodeProof(json: unknown): Uint8Array {
  const proof = requireTagged(json, 'proof');
  const bytes = new Uint8Array(PROOF_BYTES);
  writeG1(bytes, 0, proof['pi_a'], 'pi_a');
  writeG2(bytes, G1_BYTES, proof['pi_b'], 'pi_b');
  writeG1(bytes, G1_BYTES + G2_BYTES, proof['pi_c'], 'pi_c');
  return bytes;
}

/** The inverse of `encodeProof`. Throws `CodecError`. */
export function decodeProof(bytes: Uint8Array): SnarkjsProof {
  if (bytes.length !== PROOF_BYTES) throw new CodecError('wrongLength', 'proof', `${bytes.length} bytes, not ${PROOF_BYTES}`);
  return {
    pi_a: readG1(bytes, 0, 'pi_a'),
    pi_b: readG2(bytes, G1_BYTES, 'pi_b'),
    pi_c: readG1(bytes, G1_BYTES + G2_BYTES, 'pi_c'),
    protocol: 'groth16',
    curve: 'bn128',
  };
}

/** The numbers of a parsed public.json: decimal strings below r. Throws `CodecError`. */
export function decodePublicInputs(json: unknown): bigint[] {
  if (!Array.isArray(json)) throw new CodecError('wrongShape', 'public inputs', 'not a list');
  if (json.length > PUBLIC_INPUT_COUNT_MAX) {
    throw new CodecError('tooManyPublicInputs', 'public inputs', `${json.length}, at most ${PUBLIC_INPUT_COUNT_MAX}`);
  }
  return json.map((value, i) => decimal(value, SCALAR_FIELD_MODULUS, `public inputs[${i}]`));
}

/** The name of a key on chain: keccak-256 of its canonical bytes. */
export function keyHash(verificationKey: Uint8Array): Hex {
  return toHex(keccak_256(verificationKey));
}

function requireTagged(json: unknown, what: string): Record<string, unknown> {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new CodecError('notAnObject', what, 'not a JSON object');
  }
  const record = json as Record<string, unknown>;
  if (record['protocol'] !== 'groth16') throw new CodecError('wrongProtocol', 'protocol', `${String(record['protocol'])}, not groth16`);
  if (record['curve'] !== 'bn128') throw new CodecError('wrongCurve', 'curve', `${String(record['curve'])}, not bn128`);
  return record;
}

/** A coordinate or input in the one spelling that snarkjs writes: digits without sign, prefix or leading zeros. */
function decimal(value: unknown, modulus: bigint, path: string): bigint {
  if (typeof value !== 'string' || value.length > DECIMAL_LENGTH_MAX || !/^(0|[1-9][0-9]*)$/.test(value)) {
    throw new CodecError('notADecimalString', path, 'not a decimal string');
  }
  const number = BigInt(value);
  if (number >= modulus) throw new CodecError('outOfRange', path, `${value} is not below the modulus`);
  return number;
}

function list(value: unknown, length: number, path: string): readonly unknown[] {
  if (!Array.isArray(value) || value.length !== length) throw new CodecError('wrongShape', path, `not a list of ${length}`);
  return value;
}

function writeG1(target: Uint8Array, offset: number, point: unknown, path: string): void {
  const [x, y, z] = list(point, 3, path);
  if (z !== '1') throw new CodecError('notAffine', `${path}[2]`, 'z is not "1"');
  writeCoordinates(target, offset, [
    decimal(x, BASE_FIELD_MODULUS, `${path}[0]`),
    decimal(y, BASE_FIELD_MODULUS, `${path}[1]`),
  ], path);
}

function writeG2(target: Uint8Array, offset: number, point: unknown, path: string): void {
  const [x, y, z] = list(point, 3, path);
  const [zReal, zImaginary] = list(z, 2, `${path}[2]`);
  if (zReal !== '1' || zImaginary !== '0') throw new CodecError('notAffine', `${path}[2]`, 'z is not ["1", "0"]');
  const [xReal, xImaginary] = list(x, 2, `${path}[0]`);
  const [yReal, yImaginary] = list(y, 2, `${path}[1]`);
  writeCoordinates(target, offset, [
    decimal(xImaginary, BASE_FIELD_MODULUS, `${path}[0][1]`),
    decimal(xReal, BASE_FIELD_MODULUS, `${path}[0][0]`),
    decimal(yImaginary, BASE_FIELD_MODULUS, `${path}[1][1]`),
    decimal(yReal, BASE_FIELD_MODULUS, `${path}[1][0]`),
  ], path);
}

function writeCoordinates(target: Uint8Array, offset: number, coordinates: readonly bigint[], path: string): void {
  if (coordinates.every((coordinate) => coordinate === 0n)) throw new CodecError('infinity', path, 'the point at infinity');
  coordinates.forEach((coordinate, i) => writeWord(target, offset + i * WORD_BYTES, coordinate));
}

function readG1(bytes: Uint8Array, offset: number, path: string): SnarkjsG1 {
  const [x, y] = readCoordinates(bytes, offset, 2, path) as [string, string];
  return [x, y, '1'];
}

function readG2(bytes: Uint8Array, offset: number, path: string): SnarkjsG2 {
  const [xImaginary, xReal, yImaginary, yReal] = readCoordinates(bytes, offset, 4, path) as [string, string, string, string];
  return [[xReal, xImaginary], [yReal, yImaginary], ['1', '0']];
}

function readCoordinates(bytes: Uint8Array, offset: number, count: number, path: string): string[] {
  const coordinates = Array.from({length: count}, (_, i) => readWord(bytes, offset + i * WORD_BYTES));
  if (coordinates.some((coordinate) => coordinate >= BASE_FIELD_MODULUS)) {
    throw new CodecError('outOfRange', path, 'a coordinate is not below the modulus');
  }
  if (coordinates.every((coordinate) => coordinate === 0n)) throw new CodecError('infinity', path, 'the point at infinity');
  return coordinates.map(String);
}
