import {describe, expect, it} from '@jest/globals';
import {mkdtemp, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {SCALAR_FIELD_MODULUS as R} from '#precompiles/codec';
import {compileCircuit} from '../../../protocols/services/prover/compile.ts';
import {fromLittleEndian, inverse, inverses, littleEndian, power, randomScalar, rootOfUnity} from '../../../protocols/services/prover/field.ts';
import {parseR1cs, R1csError} from '../../../protocols/services/prover/r1cs.ts';
import {developmentSetup, domainLog, drawSecrets} from '../../../protocols/services/prover/setup.ts';
import {WitnessCalculator} from '../../../protocols/services/prover/witness.ts';
import {loadPoseidon, poseidon} from './poseidon.ts';

describe('field arithmetic', () => {
  it('has inverses, roots of unity and bytes that agree', () => {
    const values = Array.from({length: 20}, randomScalar);
    expect(inverses(values)).toEqual(values.map(inverse));
    expect(values.every((value) => (value * inverse(value)) % R === 1n)).toBe(true);
    for (const log of [0, 1, 5, 28]) {
      expect(power(rootOfUnity(log), 1n << BigInt(log))).toBe(1n);
      if (log > 0) expect(power(rootOfUnity(log), 1n << BigInt(log - 1))).toBe(R - 1n);
    }
    expect(fromLittleEndian(littleEndian(R - 1n, 32))).toBe(R - 1n);
    expect(() => inverse(0n)).toThrow();
    expect(() => rootOfUnity(29)).toThrow();
  });
});

describe('the set-up', () => {
  const circuit = {
    wireCount: 4, publicCount: 2,
    constraints: [[[[2, 1n]], [[3, 1n]], [[1, 1n]]]] as never,
  };

  it('draws secrets that are all different and never repeat', () => {
    const drawn = Array.from({length: 5}, () => Object.values(drawSecrets(8))).flat();
    expect(new Set(drawn).size).toBe(drawn.length);
    expect(drawn.every((value) => value > 0n && value < R)).toBe(true);
  });

  it('is a function of its secrets, and never puts gamma equal to delta', async () => {
    const secrets = {tau: 7n, alpha: 11n, beta: 13n, gamma: 17n, delta: 19n};
    const once = await developmentSetup(circuit, () => {}, secrets);
    const again = await developmentSetup(circuit, () => {}, secrets);
    expect(Buffer.compare(Buffer.from(once.zkey), Buffer.from(again.zkey))).toBe(0);
    expect(once.verificationKey.vk_gamma_2).not.toEqual(once.verificationKey.vk_delta_2);
    expect((await developmentSetup(circuit)).verificationKey).not.toEqual(once.verificationKey);
  });

  it('takes the domain that snarkjs takes', () => {
    const of = (constraints: number, publicCount: number): number => domainLog({wireCount: 0, publicCount, constraints: new Array(constraints) as never});
    expect([of(1, 2), of(2, 1), of(1000, 23), of(1000, 24), of(981, 9)]).toEqual([2, 2, 10, 11, 10]);
  });
});

describe('the .r1cs reader', () => {
  it('refuses what is no circuit over BN254, without running off the end', () => {
    expect(() => parseR1cs(new Uint8Array())).toThrow(R1csError);
    expect(() => parseR1cs(Buffer.from('zkey00000000'))).toThrow(R1csError);
    const header = Buffer.alloc(24 + 64);
    header.write('r1cs', 'latin1');
    header.writeUInt32LE(1, 4);
    header.writeUInt32LE(0xffffffff, 8);
    for (let length = 12; length <= header.length; length++) expect(() => parseR1cs(header.subarray(0, length))).toThrow(R1csError);
  });
});

describe('a commitment of many words', () => {
  it('absorbs them in several rounds, as documented', async () => {
    await loadPoseidon();
    const folder = await mkdtemp(join(tmpdir(), 'qanat-commitment-test-'));
    try {
      const bits = Array.from({length: 16}, () => 130);
      await compileCircuit(`pragma circom 2.1.6;\ninclude "commitment.circom";\ncomponent main = Commitment(42, 16, [${bits.join(', ')}]);\n`, folder);
      const calculator = await WitnessCalculator.load(await readFile(join(folder, 'circuit.wasm')));
      const value = bits.map((_, k) => BigInt(k) * 1_000n - 5_000n);
      const words = value.map((item) => item + (1n << 129n));
      const elements = [42n, 77n, ...words];
      const first = poseidon(elements.slice(0, 16));
      expect(calculator.calculate({value, salt: 77n})[1]).toBe(poseidon([first, ...elements.slice(16)]));
    } finally {
      await rm(folder, {recursive: true, force: true});
    }
  }, 60_000);
});
