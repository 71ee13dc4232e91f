/** The native verifier beside snarkjs: the same answer on well-formed input, and ours refuses what snarkjs lets through. */
import {beforeAll, describe, expect, it} from '@jest/globals';
import {execFile} from 'node:child_process';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {groth16, initPrecompiles} from '#precompiles';
import {
  CodecError,
  decodeProof,
  decodePublicInputs,
  encodeProof,
  encodeVerificationKey,
  keyHash,
  SCALAR_FIELD_MODULUS,
} from '#precompiles/codec';
import {bn254} from '../../../precompiles/mcl/bn254.ts';
import {call, concat, fixture, hex, MemoryStorage, registerData, seededRandom, twistPointOutsideSubgroup, verifyData, word} from './support.ts';

interface Case {
  readonly name: string;
  readonly key: unknown;
  readonly publicSignals: unknown;
  readonly proof: unknown;
}

/** snarkjs keeps worker threads alive until its curve is terminated, and is GPL: it runs in a process of its own. */
const VERIFIER = `
import * as snarkjs from 'snarkjs';
let input = '';
for await (const chunk of process.stdin) input += chunk;
const verdicts = [];
for (const {key, publicSignals, proof} of JSON.parse(input)) {
  try {
    verdicts.push(await snarkjs.groth16.verify(key, publicSignals, proof));
  } catch (error) {
    verdicts.push('threw');
  }
}
await globalThis.curve_bn128.terminate();
process.stdout.write(JSON.stringify(verdicts));
`;

async function snarkjsVerdicts(cases: readonly Case[]): Promise<(boolean | 'threw')[]> {
  const child = promisify(execFile)(process.execPath, ['--input-type=module', '-e', VERIFIER], {
    cwd: join(import.meta.dirname, '../../..'),
  });
  child.child.stdin!.end(JSON.stringify(cases));
  return JSON.parse((await child).stdout) as (boolean | 'threw')[];
}

/** Through codec, registration and the SAP. False where any of them refuses. */
async function ourVerdict({key, publicSignals, proof}: Case): Promise<boolean> {
  try {
    const keyBytes = encodeVerificationKey(key);
    const storage = new MemoryStorage();
    if ((await call(groth16, registerData(keyBytes), {storage})).status !== 'success') return false;
    const data = verifyData(keyHash(keyBytes), decodePublicInputs(publicSignals), encodeProof(proof));
    return BigInt(hex((await call(groth16, data, {storage})).output)) === 1n;
  } catch (error) {
    if (error instanceof CodecError) return false;
    throw error;
  }
}

const {key, uncontributedKey, proofs} = fixture('multiplier');
const {proof, publicSignals} = proofs[0]!;

/** A well-formed proof with other points: A, B and C moved by random multiples. */
function scrambled(seed: number): unknown {
  const random = seededRandom(seed);
  const bytes = encodeProof(proof);
  const times = (point: Uint8Array) => bn254().multiply(concat(point, word(BigInt(2 + random(1 << 20)))));
  return decodeProof(concat(times(bytes.subarray(0, 64)), bytes.subarray(64, 192), times(bytes.subarray(192))));
}

/** C = −L: with γ = δ it cancels any statement. */
function forgedForWeakKey(): unknown {
  const weak = encodeVerificationKey(uncontributedKey);
  const l = [5n, 6n, 7n].reduce((sum, input, i) => {
    const at = 448 + (i + 1) * 64;
    return bn254().add(concat(sum, bn254().multiply(concat(weak.subarray(at, at + 64), word(input)))));
  }, weak.subarray(448, 512));
  const minusL = bn254().multiply(concat(l, word(SCALAR_FIELD_MODULUS - 1n)));
  return decodeProof(concat(weak.subarray(0, 64), weak.subarray(64, 192), minusL));
}

beforeAll(initPrecompiles);

describe('beside snarkjs', () => {
  it('gives the same answers on well-formed proofs', async () => {
    const wide = fixture('wide');
    const cases: Case[] = [
      ...proofs.map((made, i) => ({name: `proof ${i}`, key, ...made})),
      {name: '100 inputs', key: wide.key, ...wide.proofs[0]!},
      {name: 'another statement', key, publicSignals: ['43', '11', '0'], proof},
      {name: 'the other proof', key, publicSignals, proof: proofs[1]!.proof},
      ...Array.from({length: 8}, (_, i) => ({name: `scrambled ${i}`, key, publicSignals, proof: scrambled(i + 1)})),
    ];
    const theirs = await snarkjsVerdicts(cases);
    for (const [i, one] of cases.entries()) expect([one.name, await ourVerdict(one)]).toEqual([one.name, theirs[i]]);
    expect(theirs.filter((verdict) => verdict === true)).toHaveLength(3);
  });

  it('refuses what snarkjs is known to let through', async () => {
    const lenient: Case[] = [
      {name: 'a missing zero', key, publicSignals: publicSignals.slice(0, 2), proof},
      {name: 'gamma = delta', key: uncontributedKey, publicSignals: ['5', '6', '7'], proof: forgedForWeakKey()},
      {name: 'another curve tag', key, publicSignals, proof: {...proof, curve: 'bls12381'}},
      {name: 'another protocol tag', key, publicSignals, proof: {...proof, protocol: 'plonk'}},
      {name: 'no z', key, publicSignals, proof: {...proof, pi_a: proof.pi_a.slice(0, 2)}},
      {name: 'hexadecimal', key, publicSignals: publicSignals.map((x) => `0x${BigInt(x).toString(16)}`), proof},
      {name: 'numbers', key, publicSignals: publicSignals.map(Number), proof},
    ];
    const refused: Case[] = [
      {name: 'too many', key, publicSignals: [...publicSignals, '0'], proof},
      {name: 'an input of r more', key, publicSignals: [String(42n + SCALAR_FIELD_MODULUS), '11', '0'], proof},
      {name: 'outside the subgroup', key, publicSignals, proof: decodeProof(concat(encodeProof(proof).subarray(0, 64), twistPointOutsideSubgroup(3n), encodeProof(proof).subarray(192)))},
    ];
    const theirs = await snarkjsVerdicts(lenient);
    for (const [i, one] of lenient.entries()) {
      expect([one.name, 'ours', await ourVerdict(one)]).toEqual([one.name, 'ours', false]);
      // If snarkjs grows strict some day, this says which trap is gone.
      expect([one.name, 'snarkjs', theirs[i]]).toEqual([one.name, 'snarkjs', true]);
    }
    for (const one of refused) expect([one.name, await ourVerdict(one)]).toEqual([one.name, false]);
  });
});
