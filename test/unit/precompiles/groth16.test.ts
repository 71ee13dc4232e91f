import {beforeAll, describe, expect, it} from '@jest/globals';
import {decodeErrorResult, decodeFunctionResult, encodeFunctionData, parseAbi} from 'viem';
import {groth16, GROTH16_GAS, initPrecompiles} from '#precompiles';
import type {Hex} from '#precompiles';
import {
  BASE_FIELD_MODULUS,
  decodePublicInputs,
  encodeProof,
  encodeVerificationKey,
  keyHash,
  PUBLIC_INPUT_COUNT_MAX,
  SCALAR_FIELD_MODULUS,
} from '#precompiles/codec';
import {bn254} from '../../../precompiles/mcl/bn254.ts';
import {DECODED_KEY_COUNT_MAX} from '../../../precompiles/limits.ts';
import {
  bytes,
  call,
  concat,
  fixture,
  GROTH16_ABI,
  hex,
  MemoryStorage,
  patched,
  registerData,
  seededRandom,
  twistPointOutsideSubgroup,
  verifyData,
  word,
} from './support.ts';

const multiplier = fixture('multiplier');
const wide = fixture('wide');
const key = encodeVerificationKey(multiplier.key);
const hash = keyHash(key);
const proof = encodeProof(multiplier.proofs[0]!.proof);
const publicInputs = decodePublicInputs(multiplier.proofs[0]!.publicSignals);

/** Offsets in a key. */
const BETA = 64;
const GAMMA = 192;
const DELTA = 320;
const IC = 448;

const Q = word(BASE_FIELD_MODULUS);

function errorOf(result: {status: string; output: Uint8Array}): {errorName: string; args?: readonly unknown[] | undefined} {
  expect(result.status).toBe('revert');
  const {errorName, args} = decodeErrorResult({abi: GROTH16_ABI, data: hex(result.output)});
  return {errorName, args};
}

async function register(bytesOfKey: Uint8Array, storage = new MemoryStorage()) {
  return call(groth16, registerData(bytesOfKey), {storage});
}

let storage: MemoryStorage;

/** The answer of `verify`, which must be a boolean and not a revert. */
async function verify(inputs: readonly bigint[], proofBytes: Uint8Array, keyName: Hex = hash): Promise<boolean> {
  const result = await call(groth16, verifyData(keyName, inputs, proofBytes), {storage});
  expect(result.status).toBe('success');
  return decodeFunctionResult({abi: GROTH16_ABI, functionName: 'verify', data: hex(result.output)});
}

beforeAll(async () => {
  await initPrecompiles();
  storage = new MemoryStorage();
  expect((await register(key, storage)).status).toBe('success');
  expect((await register(encodeVerificationKey(wide.key), storage)).status).toBe('success');
});

describe('registerKey', () => {
  it('answers the hash of the key and stores the key once', async () => {
    const own = new MemoryStorage();
    const first = await register(key, own);
    expect(hex(first.output)).toBe(hash);
    expect(own.slots.size).toBe(1 + key.length / 32);
    const slots = new Map(own.slots);
    const second = await register(key, own);
    expect([hex(second.output), second.gasUsed]).toEqual([hash, first.gasUsed]);
    expect(own.slots).toEqual(slots);
  });

  it('makes the key known by its hash only', async () => {
    const other: Hex = `0x${'11'.repeat(32)}`;
    const ask = (functionName: 'isRegistered' | 'publicInputCount', name: Hex) =>
      call(groth16, bytes(encodeFunctionData({abi: GROTH16_ABI, functionName, args: [name]})), {storage});
    expect(BigInt(hex((await ask('isRegistered', hash)).output))).toBe(1n);
    expect(BigInt(hex((await ask('isRegistered', other)).output))).toBe(0n);
    expect(BigInt(hex((await ask('publicInputCount', hash)).output))).toBe(3n);
    expect(errorOf(await ask('publicInputCount', other))).toEqual({errorName: 'UnknownKey', args: [other]});
  });

  const points: [string, number][] = [
    ['alpha', 0],
    ['beta', BETA],
    ['gamma', GAMMA],
    ['delta', DELTA],
    ['IC[0]', IC],
    ['the last IC', IC + 3 * 64],
  ];
  const sizeAt = (offset: number) => (offset >= BETA && offset < IC ? 128 : 64);

  it.each(points)('refuses infinity in %s', async (_, offset) => {
    const result = await register(patched(key, offset, new Uint8Array(sizeAt(offset))));
    expect(errorOf(result)).toEqual({errorName: 'InvalidKey', args: [4]});
  });

  it.each(points)('refuses a coordinate of q, and the same point with q added, in %s', async (_, offset) => {
    expect(errorOf(await register(patched(key, offset, Q)))).toEqual({errorName: 'InvalidKey', args: [3]});
    const coordinate = BigInt(hex(key.subarray(offset, offset + 32)));
    const result = await register(patched(key, offset, word(coordinate + BASE_FIELD_MODULUS)));
    expect(errorOf(result)).toEqual({errorName: 'InvalidKey', args: [3]});
  });

  it.each(points)('refuses a point off the curve in %s', async (_, offset) => {
    const coordinate = BigInt(hex(key.subarray(offset, offset + 32)));
    const moved = word((coordinate + 1n) % BASE_FIELD_MODULUS);
    expect(errorOf(await register(patched(key, offset, moved)))).toEqual({errorName: 'InvalidKey', args: [5]});
  });

  it.each(points.filter(([, offset]) => sizeAt(offset) === 128))('refuses a point outside the subgroup in %s', async (_, offset) => {
    const result = await register(patched(key, offset, twistPointOutsideSubgroup(BigInt(offset))));
    expect(errorOf(result)).toEqual({errorName: 'InvalidKey', args: [6]});
  });

  it('refuses gamma equal to delta, or to its negative', async () => {
    const gamma = key.subarray(GAMMA, DELTA);
    expect(errorOf(await register(patched(key, DELTA, gamma)))).toEqual({errorName: 'InvalidKey', args: [7]});
    expect(errorOf(await register(patched(key, DELTA, negatedG2(gamma))))).toEqual({errorName: 'InvalidKey', args: [7]});
    const uncontributed = encodeVerificationKey(multiplier.uncontributedKey);
    expect(errorOf(await register(uncontributed))).toEqual({errorName: 'InvalidKey', args: [7]});
  });

  it('refuses keys of a length that no key has, and with too many public inputs', async () => {
    for (const length of [0, 1, 447, 448, 511, 513, key.length - 32]) {
      expect(errorOf(await register(key.subarray(0, length)))).toEqual({errorName: 'InvalidKey', args: [1]});
    }
    expect(errorOf(await register(concat(key, new Uint8Array(32))))).toEqual({errorName: 'InvalidKey', args: [1]});
    const tooMany = concat(key.subarray(0, IC), ...Array.from({length: PUBLIC_INPUT_COUNT_MAX + 2}, () => key.subarray(IC, IC + 64)));
    expect(errorOf(await register(tooMany))).toEqual({errorName: 'InvalidKey', args: [2]});
  });

  it('takes the largest key within a transaction of EIP-7825', async () => {
    const largest = concat(key.subarray(0, IC), ...Array.from({length: PUBLIC_INPUT_COUNT_MAX + 1}, () => key.subarray(IC, IC + 64)));
    const result = await register(largest);
    expect(result.status).toBe('success');
    expect(result.gasUsed).toBeLessThan(16_000_000n);
  });

  it('writes nothing in a static call or under DELEGATECALL and CALLCODE', async () => {
    for (const context of [{isStatic: true}, {isDelegate: true}]) {
      const own = new MemoryStorage();
      const result = await call(groth16, registerData(key), {storage: own, ...context});
      expect(errorOf(result).errorName).toBe('WriteRefused');
      expect(own.slots.size).toBe(0);
    }
  });

  it('survives random damage to a key without throwing', async () => {
    const random = seededRandom(7);
    for (let i = 0; i < 200; i++) {
      const damaged = Uint8Array.from(key);
      damaged[random(key.length)]! ^= 1 << random(8);
      expect(errorOf(await register(damaged)).errorName).toBe('InvalidKey');
    }
  });
});

describe('verify', () => {
  it('accepts proofs made by snarkjs, with few and with many inputs', async () => {
    for (const {proof: json, publicSignals} of multiplier.proofs) {
      expect(await verify(decodePublicInputs(publicSignals), encodeProof(json))).toBe(true);
    }
    const {proof: json, publicSignals} = wide.proofs[0]!;
    expect(await verify(decodePublicInputs(publicSignals), encodeProof(json), keyHash(encodeVerificationKey(wide.key)))).toBe(true);
  });

  it('reverts under a key that is not registered', async () => {
    const unknown: Hex = `0x${'22'.repeat(32)}`;
    const result = await call(groth16, verifyData(unknown, publicInputs, proof), {storage});
    expect(errorOf(result)).toEqual({errorName: 'UnknownKey', args: [unknown]});
    // A cached key does not count: what is registered is a matter of state.
    const elsewhere = await call(groth16, verifyData(hash, publicInputs, proof), {storage: new MemoryStorage()});
    expect(errorOf(elsewhere)).toEqual({errorName: 'UnknownKey', args: [hash]});
  });

  it('refuses another statement, another proof and another key', async () => {
    expect(await verify([43n, 11n, 0n], proof)).toBe(false);
    expect(await verify(publicInputs, encodeProof(multiplier.proofs[1]!.proof))).toBe(false);
    const otherKey = encodeVerificationKey({...multiplier.key, vk_delta_2: wide.key.vk_delta_2});
    await register(otherKey, storage);
    expect(await verify(publicInputs, proof, keyHash(otherKey))).toBe(false);
  });

  it('refuses truncated inputs, a missing zero among them, and too many', async () => {
    expect(publicInputs[2]).toBe(0n);
    expect(await verify(publicInputs.slice(0, 2), proof)).toBe(false);
    expect(await verify([], proof)).toBe(false);
    expect(await verify([...publicInputs, 0n], proof)).toBe(false);
    expect(await verify(new Array<bigint>(300).fill(0n), proof)).toBe(false);
  });

  it('refuses a public input at or above r, though equal modulo r', async () => {
    for (const i of [0, 1, 2]) {
      const raised = publicInputs.map((input, j) => (i === j ? input + SCALAR_FIELD_MODULUS : input));
      expect(await verify(raised, proof)).toBe(false);
    }
    expect(await verify([42n, 11n, 2n ** 256n - 1n], proof)).toBe(false);
  });

  const coordinates = Array.from({length: 8}, (_, i) => i * 32);

  it.each(coordinates)('refuses a coordinate at or above q at offset %d, though equal modulo q', async (offset) => {
    const coordinate = BigInt(hex(proof.subarray(offset, offset + 32)));
    expect(await verify(publicInputs, patched(proof, offset, word(coordinate + BASE_FIELD_MODULUS)))).toBe(false);
    expect(await verify(publicInputs, patched(proof, offset, Q))).toBe(false);
    expect(await verify(publicInputs, patched(proof, offset, word(2n ** 256n - 1n)))).toBe(false);
  });

  it('refuses infinity in A, B, C and everywhere', async () => {
    for (const [start, end] of [[0, 64], [64, 192], [192, 256], [0, 256]] as const) {
      expect(await verify(publicInputs, patched(proof, start, new Uint8Array(end - start)))).toBe(false);
    }
  });

  it('refuses points off the curve', async () => {
    for (const offset of coordinates) {
      const coordinate = BigInt(hex(proof.subarray(offset, offset + 32)));
      expect(await verify(publicInputs, patched(proof, offset, word((coordinate + 1n) % BASE_FIELD_MODULUS)))).toBe(false);
    }
  });

  it('refuses B outside the subgroup', async () => {
    expect(await verify(publicInputs, patched(proof, 64, twistPointOutsideSubgroup(1n)))).toBe(false);
  });

  it('refuses proofs of another length', async () => {
    for (const length of [0, 1, 128, 255]) expect(await verify(publicInputs, proof.subarray(0, length))).toBe(false);
    expect(await verify(publicInputs, concat(proof, new Uint8Array(1)))).toBe(false);
    expect(await verify(publicInputs, concat(proof, proof))).toBe(false);
  });

  it('accepts malleated proofs, which is why proof bytes name nothing', async () => {
    const negated = concat(negatedG1(proof.subarray(0, 64)), negatedG2(proof.subarray(64, 192)), proof.subarray(192));
    expect(negated).not.toEqual(proof);
    expect(await verify(publicInputs, negated)).toBe(true);
    // A = −A alone is no proof.
    expect(await verify(publicInputs, patched(proof, 0, negatedG1(proof.subarray(0, 64))))).toBe(false);
  });

  it('refuses every proof that one flipped bit makes, without throwing', async () => {
    const random = seededRandom(11);
    for (let i = 0; i < 300; i++) {
      const mutated = Uint8Array.from(proof);
      mutated[random(256)]! ^= 1 << random(8);
      expect(await verify(publicInputs, mutated)).toBe(false);
    }
  });

  it('answers as a pairing check by EIP-197 does', async () => {
    for (const [inputs, expected] of [[publicInputs, true], [[42n, 12n, 0n], false]] as const) {
      expect(bn254().pairingProductIsOne(pairingInput(key, inputs, proof))).toBe(expected);
      expect(await verify(inputs, proof)).toBe(expected);
    }
  });

  it('answers as EIP-197 does when the inputs\' commitment is the point at infinity', async () => {
    // With β = B = δ the equation is A = α + L·γ/δ + C, and L vanishes for the input 1.
    const alpha = key.subarray(0, 64);
    const delta = key.subarray(DELTA, IC);
    const cancelling = concat(alpha, delta, key.subarray(GAMMA, DELTA), delta, alpha, negatedG1(alpha));
    await register(cancelling, storage);
    const fitting = concat(bn254().add(concat(alpha, alpha)), delta, alpha);
    for (const [input, expected] of [[1n, true], [2n, false], [0n, false]] as const) {
      expect(bn254().pairingProductIsOne(pairingInput(cancelling, [input], fitting))).toBe(expected);
      expect(await verify([input], fitting, keyHash(cancelling))).toBe(expected);
    }
  });

  it('sums repeated and opposite points of a key as single multiplications do', async () => {
    const point = key.subarray(0, 64);
    const random = seededRandom(21);
    for (const count of [2, 7, 16, 33, 64]) {
      const points = Array.from({length: count}, (_, i) => (i % 3 === 1 ? negatedG1(point) : point));
      // With β = δ and B = γ, C = -α leaves e(A, γ) = e(L, γ).
      const repeating = concat(key.subarray(0, 64), key.subarray(DELTA, IC), key.subarray(GAMMA, IC), point, ...points);
      await register(repeating, storage);
      const inputs = points.map((_, i) => (i % 5 === 0 ? SCALAR_FIELD_MODULUS - 1n : BigInt(random(4)) + 1n));
      const fitting = concat(inputCommitment(repeating, inputs), key.subarray(GAMMA, DELTA), negatedG1(key.subarray(0, 64)));
      expect({count, isValid: await verify(inputs, fitting, keyHash(repeating))}).toEqual({count, isValid: true});
      expect(await verify([inputs[0]! - 1n, ...inputs.slice(1)], fitting, keyHash(repeating))).toBe(false);
    }
  });

  it('would be fooled by a key with gamma = delta: such a key lets C carry any statement', () => {
    const weak = encodeVerificationKey(multiplier.uncontributedKey);
    const statement = [1n, 2n, 3n];
    const forged = concat(weak.subarray(0, 64), weak.subarray(BETA, GAMMA), negatedG1(inputCommitment(weak, statement)));
    expect(bn254().pairingProductIsOne(pairingInput(weak, statement, forged))).toBe(true);
  });

  it('answers the same when its cache of keys has been turned over', async () => {
    const before = await call(groth16, verifyData(hash, publicInputs, proof), {storage});
    for (let i = 0; i < DECODED_KEY_COUNT_MAX + 1; i++) {
      const ic = Array.from({length: 1}, () => key.subarray(IC, IC + 64));
      const point = bn254().multiply(concat(key.subarray(0, 64), word(BigInt(i + 2))));
      const filler = concat(point, key.subarray(BETA, IC), ...ic);
      await register(filler, storage);
      expect(await verify([], proof, keyHash(filler))).toBe(false);
    }
    expect(await call(groth16, verifyData(hash, publicInputs, proof), {storage})).toEqual(before);
  });
});

describe('gas and calldata', () => {
  it('charges by the input alone, before anything else', async () => {
    const data = verifyData(hash, publicInputs, proof);
    expect(groth16.gas(data)).toBe(GROTH16_GAS.verify + 3n * GROTH16_GAS.verifyPerWord);
    expect(groth16.gas(registerData(key))).toBe(GROTH16_GAS.register + BigInt(key.length / 32) * GROTH16_GAS.registerPerWord);
    const wrong = await call(groth16, verifyData(hash, publicInputs, patched(proof, 0, Q)), {storage});
    const right = await call(groth16, data, {storage});
    expect(wrong.gasUsed).toBe(right.gasUsed);
  });

  it.each([
    ['verify', () => verifyData(hash, publicInputs, proof)],
    ['registerKey', () => registerData(key)],
    ['isRegistered', () => bytes(encodeFunctionData({abi: GROTH16_ABI, functionName: 'isRegistered', args: [hash]}))],
    ['an unknown method', () => bytes('0x12345678')],
    ['nothing', () => new Uint8Array(0)],
  ])('fails out of gas by one in %s, and writes nothing', async (_, make) => {
    const own = new MemoryStorage();
    await register(key, own);
    own.slots.clear();
    const gas = groth16.gas(make());
    expect(await call(groth16, make(), {storage: own, gas: gas - 1n})).toEqual({
      status: 'failure',
      output: new Uint8Array(0),
      gasUsed: gas - 1n,
    });
    expect(own.slots.size).toBe(0);
    expect((await call(groth16, make(), {storage: own, gas})).status).not.toBe('failure');
  });

  it('refuses coins in every method', async () => {
    for (const data of [registerData(key), verifyData(hash, publicInputs, proof), new Uint8Array(0)]) {
      expect(errorOf(await call(groth16, data, {storage, value: 1n})).errorName).toBe('ValueRefused');
    }
  });

  it('refuses calldata that is not exactly what abi.encode makes', async () => {
    const good = verifyData(hash, publicInputs, proof);
    const head = 4;
    const bad: Uint8Array[] = [
      new Uint8Array(0),
      good.subarray(0, 3),
      good.subarray(0, 4),
      bytes('0xdeadbeef'),
      concat(good, new Uint8Array(1)),
      concat(good, new Uint8Array(32)),
      patched(good, head + 32, word(0x40n)),
      patched(good, head + 32, word(2n ** 255n)),
      patched(good, head + 64, word(0x60n)),
      patched(good, head + 64, word(2n ** 256n - 1n)),
      patched(good, head + 96, word(4n)),
      patched(good, head + 96, word(2n ** 32n)),
      patched(good, head + 96, word(2n ** 256n - 1n)),
      patched(registerData(key), head, word(0x40n)),
      patched(registerData(key), head + 32, word(BigInt(key.length + 32))),
      patched(registerData(key), head + 32, word(2n ** 31n)),
      concat(registerData(key), new Uint8Array(32)),
      // 33 bytes with dirt in the padding.
      patched(registerData(key.subarray(0, 33)), head + 64 + 33, Uint8Array.of(1)),
      bytes(`${encodeFunctionData({abi: parseAbi(['function isRegistered(bytes32)']), args: [hash]})}00`),
    ];
    for (let length = 4; length < good.length; length += 13) bad.push(good.subarray(0, length));
    for (const data of bad) expect(errorOf(await call(groth16, data, {storage})).errorName).toBe('MalformedCall');
  });
});

function negatedG1(point: Uint8Array): Uint8Array {
  return patched(point, 32, negated(point.subarray(32, 64)));
}

function negatedG2(point: Uint8Array): Uint8Array {
  return concat(point.subarray(0, 64), negated(point.subarray(64, 96)), negated(point.subarray(96, 128)));
}

function negated(coordinate: Uint8Array): Uint8Array {
  return word((BASE_FIELD_MODULUS - BigInt(hex(coordinate))) % BASE_FIELD_MODULUS);
}

/** IC[0] + Σ input · IC. */
function inputCommitment(bytesOfKey: Uint8Array, inputs: readonly bigint[]): Uint8Array {
  return inputs.reduce((sum, input, i) => {
    const at = IC + (i + 1) * 64;
    return bn254().add(concat(sum, bn254().multiply(concat(bytesOfKey.subarray(at, at + 64), word(input)))));
  }, bytesOfKey.subarray(IC, IC + 64));
}

/** e(−A, B) · e(α, β) · e(L, γ) · e(C, δ), as a Solidity verifier asks for it. */
function pairingInput(bytesOfKey: Uint8Array, inputs: readonly bigint[], proofBytes: Uint8Array): Uint8Array {
  return concat(
    negatedG1(proofBytes.subarray(0, 64)),
    proofBytes.subarray(64, 192),
    bytesOfKey.subarray(0, GAMMA),
    inputCommitment(bytesOfKey, inputs),
    bytesOfKey.subarray(GAMMA, DELTA),
    proofBytes.subarray(192),
    bytesOfKey.subarray(DELTA, IC),
  );
}
