/** Every precompile in a loop of calls, with the inputs that take it longest. */
import {createHash} from 'node:crypto';
import {bls12_381} from '@noble/curves/bls12-381.js';
import {hexToBytes} from '../../../node/execution/hex.ts';
import type {Address} from '#node/execution';
import {encodeProof, encodeVerificationKey, keyHash, PUBLIC_INPUT_COUNT_MAX} from '#precompiles/codec';
import {bn254} from '../../../precompiles/mcl/bn254.ts';
import {DECODED_KEY_COUNT_MAX, POSEIDON_INPUT_COUNT_MAX} from '../../../precompiles/limits.ts';
import {bytes, concat, fixture, poseidonData, registerData, verifyData, word} from '../../unit/precompiles/support.ts';
import {assemble, loop} from './assembler.ts';
import type {PlacedAccount, Shape} from './arena.ts';

const GROTH16: Address = `0x${'0'.repeat(36)}0a01`;
const INPUT_HOLDER = 0x1d00;

/** The inputs stand in the codes of other accounts, one behind the other in memory, so that calldata costs nothing. `gas`: what each call is given. */
function calling(name: string, address: number, inputs: readonly Uint8Array[], gas = 'GAS', rest: Partial<Shape> = {}): Shape {
  const accounts: PlacedAccount[] = [];
  let prelude = '';
  let at = 0;
  const places: {offset: number; length: number}[] = [];
  for (const input of inputs) {
    places.push({offset: at, length: input.length});
    for (let from = 0; from < input.length; from += 24_000) {
      const part = input.subarray(from, from + 24_000);
      const holder: Address = `0x${(INPUT_HOLDER + accounts.length).toString(16).padStart(40, '0')}`;
      accounts.push({address: holder, code: part});
      prelude += ` ${part.length} 0 ${at + from} ${holder} EXTCODECOPY`;
    }
    at += Math.ceil(input.length / 32) * 32;
  }
  const body = places.map(({offset, length}) => `0 0 ${length} ${offset} ${address} ${gas} STATICCALL POP`).join(' ');
  return {name, code: prelude === '' ? loop('', body) : concat(assemble(prelude), loopAfter(assemble(prelude).length, body)), accounts, ...rest};
}

/** `loop` behind code of another length. */
function loopAfter(start: number, body: string): Uint8Array {
  const once = assemble(body);
  const count = Math.max(1, Math.floor(2_000 / once.length));
  const parts = [Uint8Array.of(0x5b), ...Array.from({length: count}, () => once), Uint8Array.of(0x61, start >> 8, start & 255, 0x56)];
  return concat(...parts);
}

const digest = (seed: string): Uint8Array => Uint8Array.from(createHash('sha256').update(seed).digest());
const largeScalar = (i: number): bigint => BigInt(`0x${Buffer.from(digest(`scalar ${i}`)).toString('hex')}`) >> 3n;
const fieldElement = (value: bigint): Uint8Array => concat(new Uint8Array(16), hexToBytes(`0x${value.toString(16).padStart(96, '0')}`));

function blsG1(i: number): Uint8Array {
  const {x, y} = bls12_381.G1.Point.BASE.multiply(largeScalar(i) + 1n).toAffine();
  return concat(fieldElement(x), fieldElement(y));
}

function blsG2(i: number): Uint8Array {
  const {x, y} = bls12_381.G2.Point.BASE.multiply(largeScalar(i) + 1n).toAffine();
  return concat(fieldElement(x.c0), fieldElement(x.c1), fieldElement(y.c0), fieldElement(y.c1));
}

const many = (count: number, make: (i: number) => Uint8Array): Uint8Array => concat(...Array.from({length: count}, (_, i) => make(i)));

export function precompileShapes(): Shape[] {
  return [...standard(), ...bls(), ...modexp(), ...saps()];
}

function standard(): Shape[] {
  const key = encodeVerificationKey(fixture('multiplier').key);
  const g1 = key.subarray(0, 64);
  const g2 = key.subarray(64, 192);
  const other = key.subarray(448, 512);
  const signature = bytes(
    '0x18c547e4f7b0f325ad1e56f57e26c745b09a3e503d86e00e5255ff7f715d3d1c' +
      '000000000000000000000000000000000000000000000000000000000000001c' +
      '73b1693892219d736caba55bdb67216e485557ea6b6af75f37096c9aa6a5a75f' +
      'eeb940b1d03b21e36b0e47e79769f095fe2ab855bd91e3a38756b7d75a9c4549',
  );
  const blake = (rounds: number): Uint8Array => concat(hexToBytes(`0x${rounds.toString(16).padStart(8, '0')}`), new Uint8Array(208), Uint8Array.of(1));
  return [
    calling('0x01 ecrecover', 1, [signature]),
    calling('0x02 sha256, 0 bytes', 2, [new Uint8Array(0)]),
    calling('0x02 sha256, 32 kB', 2, [new Uint8Array(32_768)]),
    calling('0x03 ripemd160, 0 bytes', 3, [new Uint8Array(0)]),
    calling('0x03 ripemd160, 32 kB', 3, [new Uint8Array(32_768)]),
    calling('0x04 identity, 32 bytes', 4, [new Uint8Array(32)]),
    calling('0x04 identity, 32 kB', 4, [new Uint8Array(32_768)]),
    calling('0x06 BN254 add', 6, [concat(g1, other)]),
    calling('0x06 BN254 add, doubling', 6, [concat(g1, g1)]),
    calling('0x07 BN254 mul', 7, [concat(g1, word(largeScalar(1)))]),
    calling('0x08 BN254 pairing, 0', 8, [new Uint8Array(0)]),
    ...[1, 4, 16].map((count) => calling(`0x08 BN254 pairing, ${count}`, 8, [many(count, () => concat(g1, g2))])),
    calling('0x09 blake2f, 1 round', 9, [blake(1)]),
    calling('0x09 blake2f, 12 rounds', 9, [blake(12)]),
    calling('0x09 blake2f, 100,000 rounds', 9, [blake(100_000)]),
    calling('0x100 P256 verify', 0x100, [p256Call()]),
    // Not a valid opening: all is checked, and the gas of the call is gone.
    calling('0x0a KZG opening', 0x0a, [kzgCall()], '50000'),
  ];
}

function bls(): Shape[] {
  const scalar = (i: number): Uint8Array => word(largeScalar(i));
  const field = (i: number): Uint8Array => concat(new Uint8Array(16), Uint8Array.from(digest(`f${i}`)).fill(1, 0, 1), digest(`g${i}`).subarray(0, 16));
  return [
    calling('0x0b BLS12 G1 add', 0x0b, [concat(blsG1(1), blsG1(2))]),
    calling('0x0b BLS12 G1 add, doubling', 0x0b, [concat(blsG1(1), blsG1(1))]),
    ...[1, 2, 16, 64].map((count) => calling(`0x0c BLS12 G1 msm, ${count}`, 0x0c, [many(count, (i) => concat(blsG1(i), scalar(i)))])),
    calling('0x0d BLS12 G2 add', 0x0d, [concat(blsG2(1), blsG2(2))]),
    ...[1, 2, 16, 64].map((count) => calling(`0x0e BLS12 G2 msm, ${count}`, 0x0e, [many(count, (i) => concat(blsG2(i), scalar(i)))])),
    ...[1, 2, 8].map((count) => calling(`0x0f BLS12 pairing, ${count}`, 0x0f, [many(count, (i) => concat(blsG1(i), blsG2(i)))])),
    calling('0x10 BLS12 map to G1', 0x10, [field(1)]),
    calling('0x11 BLS12 map to G2', 0x11, [concat(field(2), field(3))]),
  ];
}

function modexp(): Shape[] {
  const call = (base: number, exponent: number, modulus: number, exponentByte = 255, odd = true): Uint8Array => {
    const mod = new Uint8Array(modulus).fill(255);
    if (!odd) mod[modulus - 1] = 254;
    return concat(word(BigInt(base)), word(BigInt(exponent)), word(BigInt(modulus)), new Uint8Array(base).fill(254), new Uint8Array(exponent).fill(exponentByte), mod);
  };
  return [
    calling('0x05 modexp, 0 bytes', 5, [call(0, 0, 0)]),
    calling('0x05 modexp, 1 byte', 5, [call(1, 1, 1)]),
    calling('0x05 modexp, 32 bytes', 5, [call(32, 32, 32)]),
    calling('0x05 modexp, 32 bytes, square', 5, [concat(call(32, 1, 32, 2))]),
    calling('0x05 modexp, 256 bytes, exponent 3', 5, [call(256, 1, 256, 3)]),
    calling('0x05 modexp, 1,024 bytes, exponent 2', 5, [call(1024, 1, 1024, 2)]),
    calling('0x05 modexp, 1,024 bytes, exponent 3, even', 5, [call(1024, 1, 1024, 3, false)]),
    calling('0x05 modexp, 64 bytes, exponent of 64 bytes', 5, [call(64, 64, 64)]),
    calling('0x05 modexp, 8 bytes, exponent of 1,024 bytes', 5, [call(8, 1024, 8)]),
    calling('0x05 modexp, 1,024 bytes of base, 1 of modulus', 5, [call(1024, 1, 1, 3)]),
  ];
}

function saps(): Shape[] {
  const base = encodeVerificationKey(fixture('multiplier').key);
  const proof = encodeProof(fixture('multiplier').proofs[0]!.proof);
  const shapes: Shape[] = [];
  for (const count of [0, 3, 100, PUBLIC_INPUT_COUNT_MAX]) {
    // Two more keys than the cache holds, taken in turn: every call misses it.
    const keys = Array.from({length: count <= 3 ? DECODED_KEY_COUNT_MAX + 2 : 3}, (_, i) => keyWith(base, count, i));
    const inputs = Array.from({length: count}, (_, i) => largeScalar(i));
    const before = keys.map((key) => ({to: GROTH16, data: registerData(key)}));
    const verifications = keys.map((key) => verifyData(keyHash(key), inputs, proof));
    shapes.push(calling(`0x0a01 verify, ${count} inputs, one key`, 0x0a01, [verifications[0]!], 'GAS', {before: before.slice(0, 1)}));
    if (count <= 3) shapes.push(calling(`0x0a01 verify, ${count} inputs, keys in turn`, 0x0a01, verifications, 'GAS', {before}));
  }
  for (const count of [1, 2, 4, 8, POSEIDON_INPUT_COUNT_MAX]) {
    shapes.push(calling(`0x0a05 hash, ${count} inputs`, 0x0a05, [poseidonData(Array.from({length: count}, (_, i) => largeScalar(i)))]));
  }
  shapes.push(calling('0x0a01, a call of no method', 0x0a01, [new Uint8Array(4)]), calling('0x0a05, a call of no method', 0x0a05, [new Uint8Array(4)]));
  return shapes;
}

/** A valid key with `count` inputs that differs from the others by its α. */
function keyWith(base: Uint8Array, count: number, i: number): Uint8Array {
  const alpha = bn254().multiply(concat(base.subarray(0, 64), word(BigInt(i + 2))));
  const ic = Array.from({length: count + 1}, (_, j) => base.subarray(448 + 64 * (j % 4), 512 + 64 * (j % 4)));
  return concat(alpha, base.subarray(64, 448), ...ic);
}

function kzgCall(): Uint8Array {
  const commitment = bls12_381.G1.Point.BASE.multiply(largeScalar(5)).toBytes(true);
  const proof = bls12_381.G1.Point.BASE.multiply(largeScalar(6)).toBytes(true);
  const versionedHash = Uint8Array.from(createHash('sha256').update(commitment).digest());
  versionedHash[0] = 1;
  return concat(versionedHash, word(largeScalar(7)), word(largeScalar(8)), commitment, proof);
}

function p256Call(): Uint8Array {
  // EIP-7951 test vectors (Wycheproof): a signature that holds.
  return bytes(
    '0x4cee90eb86eaa050036147a12d49004b6b9c72bd725d39d4785011fe190f0b4d' +
      'a73bd4903f0ce3b639bbbf6e8e80d16931ff4bcf5993d58468e8fb19086e8cac' +
      '36dbcd03009df8c59286b162af3bd7fcc0450c9aa81be5d10d312af6c66b1d60' +
      '4aebd3099c618202fcfe16ae7770b0c49ab5eadf74b754204a3bb6060e44eff3' +
      '7618b065f9832de4ca6ca971a7a1adc826d0f7c00181a5fb2ddf79ae00b4e10e',
  );
}
