import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {encodeFunctionData, parseAbi} from 'viem';
import type {Abi} from 'viem';
import {callSap} from '#precompiles';
import type {Hex, Sap, SapCall, SapResult, SapStorage} from '#precompiles';
import {BASE_FIELD_MODULUS as Q, jobId, trainingStepPath} from '#precompiles/codec';
import type {SnarkjsProof, SnarkjsVerificationKey} from '#precompiles/codec';

export const GROTH16_ABI = parseAbi([
  'function registerKey(bytes verificationKey) returns (bytes32 keyHash)',
  'function isRegistered(bytes32 keyHash) view returns (bool)',
  'function publicInputCount(bytes32 keyHash) view returns (uint256)',
  'function verify(bytes32 keyHash, uint256[] publicInputs, bytes proof) view returns (bool)',
  'error MalformedCall()',
  'error UnknownKey(bytes32 keyHash)',
  'error InvalidKey(uint8 reason)',
  'error ValueRefused()',
  'error WriteRefused()',
]);
export const POSEIDON_ABI = parseAbi(['function hash(uint256[] inputs) view returns (uint256)', 'error MalformedCall()']);

export interface Fixture {
  readonly key: SnarkjsVerificationKey;
  /** γ = δ: as snarkjs leaves a key to which no one contributed. */
  readonly uncontributedKey: SnarkjsVerificationKey;
  readonly proofs: readonly {readonly proof: SnarkjsProof; readonly publicSignals: readonly string[]}[];
}

/** Made by scripts/fixtures/groth16.ts. `multiplier` has 3 public inputs, the last of them 0; `wide` has 100. */
export function fixture(name: 'multiplier' | 'wide'): Fixture {
  return JSON.parse(readFileSync(join(import.meta.dirname, `fixtures/${name}.json`), 'utf8')) as Fixture;
}

/** Storage of one account, without a journal. */
export class MemoryStorage implements SapStorage {
  readonly slots = new Map<string, Uint8Array>();

  get(slot: Uint8Array): Promise<Uint8Array> {
    return Promise.resolve(this.slots.get(hex(slot)) ?? new Uint8Array(32));
  }

  set(slot: Uint8Array, value: Uint8Array): Promise<void> {
    this.slots.set(hex(slot), Uint8Array.from(value));
    return Promise.resolve();
  }
}

export function call(sap: Sap, data: Uint8Array, options: Partial<SapCall> = {}): Promise<SapResult> {
  return callSap(sap, {
    data,
    chainId: 7259n,
    gas: 30_000_000n,
    caller: '0x00000000000000000000000000000000000000aa',
    value: 0n,
    isStatic: false,
    isDelegate: false,
    storage: new MemoryStorage(),
    ...options,
  });
}

export function registerData(key: Uint8Array): Uint8Array {
  return bytes(encodeFunctionData({abi: GROTH16_ABI, functionName: 'registerKey', args: [hex(key)]}));
}

export function verifyData(keyHash: Hex, publicInputs: readonly bigint[], proof: Uint8Array): Uint8Array {
  return bytes(encodeFunctionData({abi: GROTH16_ABI, functionName: 'verify', args: [keyHash, publicInputs, hex(proof)]}));
}

export function poseidonData(inputs: readonly bigint[]): Uint8Array {
  return bytes(encodeFunctionData({abi: POSEIDON_ABI, functionName: 'hash', args: [inputs]}));
}

export function hex(value: Uint8Array): Hex {
  return `0x${Buffer.from(value).toString('hex')}`;
}

export function bytes(value: string): Uint8Array {
  return Uint8Array.from(Buffer.from(value.slice(2), 'hex'));
}

export function word(value: bigint): Uint8Array {
  return bytes(`0x${value.toString(16).padStart(64, '0')}`);
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}

/** A copy with `part` written at `offset`. */
export function patched(source: Uint8Array, offset: number, part: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(source);
  copy.set(part, offset);
  return copy;
}

/** A small generator of equal runs: xorshift32. */
export function seededRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

type Fp2 = readonly [bigint, bigint];

/**
 * A point of the twist y² = x³ + 3/(9 + u) in EIP-197's encoding, found from x = seed + 5u upwards. Its
 * order is a multiple of the cofactor's: that it falls into the subgroup has a chance of 2⁻²⁵⁴.
 */
export function twistPointOutsideSubgroup(seed: bigint): Uint8Array {
  const norm = inverse(82n);
  const b: Fp2 = [(27n * norm) % Q, ((Q - 3n) * norm) % Q];
  for (let real = seed; ; real++) {
    const x: Fp2 = [real, 5n];
    const cube = multiply(multiply(x, x), x);
    const y = squareRoot([(cube[0] + b[0]) % Q, (cube[1] + b[1]) % Q]);
    if (y !== undefined) return concat(word(x[1]), word(x[0]), word(y[1]), word(y[0]));
  }
}

function multiply([a, b]: Fp2, [c, d]: Fp2): Fp2 {
  return [(a * c + (Q - b) * d) % Q, (a * d + b * c) % Q];
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = (result * base) % Q;
    base = (base * base) % Q;
  }
  return result;
}

function inverse(value: bigint): bigint {
  return power(value, Q - 2n);
}

function squareRootInBase(value: bigint): bigint | undefined {
  const root = power(value, (Q + 1n) / 4n);
  return (root * root) % Q === value % Q ? root : undefined;
}

function squareRoot(value: Fp2): Fp2 | undefined {
  const norm = squareRootInBase((value[0] * value[0] + value[1] * value[1]) % Q);
  if (norm === undefined) return undefined;
  for (const sign of [norm, Q - norm]) {
    const real = squareRootInBase((((value[0] + sign) % Q) * inverse(2n)) % Q);
    if (real === undefined || real === 0n) continue;
    const root: Fp2 = [real, (value[1] * inverse((2n * real) % Q)) % Q];
    const square = multiply(root, root);
    if (square[0] === value[0] && square[1] === value[1]) return root;
  }
  return undefined;
}

export const INFERENCE_ABI = parseAbi([
  'function invoke(bytes32 key, bytes32 model, bytes32 input) returns (bytes32 jobId)',
  'function record(bytes32 key, bytes32 output, bytes32 trace) returns (bytes32 jobId)',
  'function verify(bytes32 jobId, bytes32 model, bytes32 input, bytes32 output, bytes32 trace) view returns (bool)',
  'function read(bytes32 jobId) view returns (address invoker, uint8 status, bytes32 model, bytes32 input, bytes32 output, bytes32 trace)',
  'error JobExists(bytes32 jobId)',
  'error UnknownJob(bytes32 jobId)',
  'error AlreadyRecorded(bytes32 jobId)',
  'error MalformedCall()',
  'error ValueRefused()',
  'error WriteRefused()',
]);
export const TRAINING_ABI = parseAbi([
  'function invoke(bytes32 key, bytes32 dataset, bytes32 base, bytes32 hyperParameters) returns (bytes32 jobId)',
  'function step(bytes32 key, uint256 first, bytes32[] states) returns (bytes32 root)',
  'function record(bytes32 key, bytes32 result) returns (bytes32 jobId)',
  'function verify(bytes32 jobId, bytes32 dataset, bytes32 base, bytes32 hyperParameters, bytes32 stepsRoot, bytes32 result) view returns (bool)',
  'function verifyStep(bytes32 jobId, uint256 index, bytes32 state, bytes32[20] path) view returns (bool)',
  'function read(bytes32 jobId) view returns (address invoker, uint8 status, uint256 stepCount, bytes32 dataset, bytes32 base, bytes32 hyperParameters, bytes32 stepsRoot, bytes32 result)',
  'error JobExists(bytes32 jobId)',
  'error UnknownJob(bytes32 jobId)',
  'error AlreadyRecorded(bytes32 jobId)',
  'error StepOutOfOrder(bytes32 jobId, uint256 given, uint256 expected)',
  'error TooManySteps(bytes32 jobId, uint256 count)',
  'error MalformedCall()',
  'error ValueRefused()',
  'error WriteRefused()',
]);

/** The commitment numbered `i` of tests. */
export const commitment = (i: number): Hex => `0x${(i + 0xc0ffee).toString(16).padStart(64, '0')}`;

const statesOf = (count: number) => Array.from({length: count}, (_, i) => commitment(i));

/** Calls of the SAPs that record jobs, with commitments that do not matter. */
export const jobCalls = {
  invokeInference: (key: Uint8Array) => encoded(INFERENCE_ABI, 'invoke', [hex(key), commitment(1), commitment(2)]),
  recordInference: (key: Uint8Array) => encoded(INFERENCE_ABI, 'record', [hex(key), commitment(3), commitment(4)]),
  readInference: (invoker: Hex, key: Uint8Array) => encoded(INFERENCE_ABI, 'read', [jobId(invoker, hex(key))]),
  invokeTraining: (key: Uint8Array) => encoded(TRAINING_ABI, 'invoke', [hex(key), commitment(1), commitment(2), commitment(3)]),
  step: (key: Uint8Array, first: bigint, count: number) => encoded(TRAINING_ABI, 'step', [hex(key), first, statesOf(count)]),
  verifyStep: (invoker: Hex, key: Uint8Array, count: number, index: number) =>
    encoded(TRAINING_ABI, 'verifyStep', [jobId(invoker, hex(key)), BigInt(index), commitment(index), trainingStepPath(statesOf(count), index)]),
};

function encoded(abi: Abi, functionName: string, args: readonly unknown[]): Uint8Array {
  return bytes(encodeFunctionData({abi, functionName, args}));
}
