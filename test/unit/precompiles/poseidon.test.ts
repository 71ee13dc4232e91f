import {beforeAll, describe, expect, it} from '@jest/globals';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {decodeErrorResult} from 'viem';
import {initPrecompiles, poseidon} from '#precompiles';
import {SCALAR_FIELD_MODULUS as P} from '#precompiles/codec';
import {FULL_ROUNDS, generateParameters} from '../../../precompiles/poseidon/parameters.ts';
import {call, concat, hex, patched, poseidonData, POSEIDON_ABI, word} from './support.ts';

/** Outputs of circomlib's circuit Poseidon(n), made by scripts/fixtures/groth16.ts. */
const vectors = JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures/poseidon.json'), 'utf8')) as {
  inputs: string[];
  output: string;
}[];

async function hash(inputs: readonly bigint[]): Promise<bigint> {
  const {status, output} = await call(poseidon, poseidonData(inputs));
  expect(status).toBe('success');
  return BigInt(hex(output));
}

async function errorOf(data: Uint8Array): Promise<string> {
  const {status, output} = await call(poseidon, data);
  expect(status).toBe('revert');
  return decodeErrorResult({abi: POSEIDON_ABI, data: hex(output)}).errorName;
}

/** The permutation as the paper writes it, without the rewriting of the partial rounds. */
function plainPoseidon(inputs: readonly bigint[]): bigint {
  const {width, partialRounds, roundConstants, matrix} = generateParameters(inputs.length + 1);
  let state = [0n, ...inputs];
  for (let round = 0; round < FULL_ROUNDS + partialRounds; round++) {
    const isFull = round < FULL_ROUNDS / 2 || round >= FULL_ROUNDS / 2 + partialRounds;
    state = state
      .map((x, i) => (x + roundConstants[round * width + i]!) % P)
      .map((x, i) => (isFull || i === 0 ? x ** 5n % P : x));
    state = matrix.map((row) => row.reduce((sum, m, j) => sum + m * state[j]!, 0n) % P);
  }
  return state[0]!;
}

beforeAll(initPrecompiles);

describe('Poseidon', () => {
  it('hashes (1, 2) to the value published with circomlib', async () => {
    expect(await hash([1n, 2n])).toBe(0x115cc0f5e7d690413df64c6b9662e9cf2a3617f2743245519e19607a4417189an);
  });

  it.each(vectors)('hashes $inputs.length inputs as the circuit does', async ({inputs, output}) => {
    expect(await hash(inputs.map(BigInt))).toBe(BigInt(output));
  });

  it('hashes any number of inputs as the plain permutation does, edges of the field among them', async () => {
    for (let count = 1; count <= 16; count++) {
      const inputs = Array.from({length: count}, (_, i) => (i % 3 === 0 ? P - 1n - BigInt(i) : i % 3 === 1 ? 0n : 3n ** BigInt(100 + i) % P));
      expect(await hash(inputs)).toBe(plainPoseidon(inputs));
    }
  });

  it('refuses no inputs, too many, inputs at or above r and calldata that is not canonical', async () => {
    const good = poseidonData([1n, 2n]);
    const bad = [
      poseidonData([]),
      poseidonData(new Array<bigint>(17).fill(1n)),
      poseidonData([1n, P]),
      poseidonData([2n ** 256n - 1n]),
      new Uint8Array(0),
      good.subarray(0, 4),
      good.subarray(0, 67),
      good.subarray(0, good.length - 1),
      concat(good, new Uint8Array(1)),
      patched(good, 4, word(0x40n)),
      patched(good, 36, word(1n)),
      patched(good, 36, word(2n ** 64n)),
      patched(good, 0, Uint8Array.of(0)),
    ];
    for (const data of bad) expect(await errorOf(data)).toBe('MalformedCall');
  });

  it('charges by the number of inputs and fails out of gas by one', async () => {
    const data = poseidonData([1n, 2n]);
    const gas = poseidon.gas(data);
    expect(gas).toBe(2_500n + 2n * 1_000n + 4n * 40n);
    expect((await call(poseidon, data, {gas})).status).toBe('success');
    expect(await call(poseidon, data, {gas: gas - 1n})).toEqual({status: 'failure', output: new Uint8Array(0), gasUsed: gas - 1n});
    expect(poseidon.gas(poseidonData(new Array<bigint>(17).fill(1n)))).toBe(700n);
  });

  it('refuses coins, and answers in static and delegated calls', async () => {
    expect((await call(poseidon, poseidonData([1n]), {value: 1n})).status).toBe('revert');
    expect((await call(poseidon, poseidonData([1n]), {isStatic: true, isDelegate: true})).status).toBe('success');
  });
});
