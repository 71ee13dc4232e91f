import {afterAll, beforeAll, describe, expect, it} from '@jest/globals';
import {mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {SCALAR_FIELD_MODULUS as R, fieldToInt, intToField} from '#precompiles/codec';
import {architectureTag, inputCount, outputCount, parameterBits} from '../../../protocols/services/model/architecture.ts';
import {circuitInput} from '../../../protocols/services/model/circuit-input.ts';
import {flattenParameters, infer} from '../../../protocols/services/model/inference.ts';
import {commitmentOf, prepareArchitecture} from '../../../protocols/services/model/package.ts';
import type {PreparedCircuit} from '../../../protocols/services/prover/circuit.ts';
import {prepareCircuit} from '../../../protocols/services/prover/circuit.ts';
import {prove, verify} from '../../../protocols/services/prover/groth16.ts';
import type {R1cs} from '../../../protocols/services/prover/r1cs.ts';
import {parseR1cs} from '../../../protocols/services/prover/r1cs.ts';
import {seededRandom} from '../../../protocols/services/training/random.ts';
import {loadPoseidon, poseidon} from './poseidon.ts';
import {sharedCacheDir} from './cache.ts';
import {undeterminedWires} from './determined.ts';
import {randomModel, randomSigned, smallArchitecture} from './models.ts';

let cacheDir: string;
let circuit: PreparedCircuit;
let r1cs: R1cs;

beforeAll(async () => {
  await loadPoseidon();
  cacheDir = await mkdtemp(join(tmpdir(), 'qanat-circuit-test-'));
  circuit = await prepareArchitecture(smallArchitecture, {cacheDir: sharedCacheDir});
  r1cs = parseR1cs(await readFile(join(circuit.folder, 'circuit.r1cs')));
}, 120_000);

afterAll(async () => {
  await rm(cacheDir, {recursive: true, force: true});
});

const dot = (terms: readonly (readonly [number, bigint])[], witness: readonly bigint[]): bigint =>
  terms.reduce((sum, [wire, coefficient]) => sum + coefficient * (witness[wire] as bigint), 0n) % R;

/** Whether a witness satisfies every constraint: what a proof shows. */
function satisfies(witness: readonly bigint[]): boolean {
  return r1cs.constraints.every(([a, b, c]) => (dot(a, witness) * dot(b, witness) - dot(c, witness)) % R === 0n);
}

const outputs = outputCount(smallArchitecture);
const inputs = inputCount(smallArchitecture);

describe('the circuit of a quantised network', () => {
  it('computes what the integer law computes, on random weights and inputs up to the ends of their ranges', () => {
    const random = seededRandom(1);
    for (let round = 0; round < 150; round++) {
      const model = randomModel(smallArchitecture, random);
      const input = Array.from({length: inputs}, () => randomSigned(random, smallArchitecture.inputBits));
      const witness = circuit.witness.calculate(circuitInput(model, {salt: BigInt(round), context: 77n, input}));
      expect(witness.slice(1, 1 + outputs).map(fieldToInt)).toEqual(infer(model, input));
      if (round < 5) expect(satisfies(witness)).toBe(true);
    }
  });

  it('has the public signals output, commitment, context, input in this order', () => {
    const random = seededRandom(2);
    const model = randomModel(smallArchitecture, random);
    const input = [-32n, 31n, 0n];
    const witness = circuit.witness.calculate(circuitInput(model, {salt: 5n, context: 123_456n, input}));
    expect(circuit.verificationKey.nPublic).toBe(outputs + 2 + inputs);
    expect(witness.slice(0, 1 + outputs + 2 + inputs)).toEqual([
      1n, ...infer(model, input).map(intToField), commitmentOf(circuit, model, 5n), 123_456n, ...input.map(intToField),
    ]);
  });

  it('commits to every parameter, the architecture and the salt as documented', () => {
    const model = randomModel(smallArchitecture, seededRandom(3));
    const words: bigint[] = [0n];
    let filled = 0;
    for (const [index, value] of flattenParameters(model).entries()) {
      const bits = parameterBits(smallArchitecture)[index] as number;
      if (filled + bits > 252) {
        words.push(0n);
        filled = 0;
      }
      words[words.length - 1] = (words.at(-1) as bigint) + ((value + (1n << BigInt(bits - 1))) << BigInt(filled));
      filled += bits;
    }
    expect(commitmentOf(circuit, model, 99n)).toBe(poseidon([architectureTag(smallArchitecture), 99n, ...words]));
    expect(commitmentOf(circuit, model, 98n)).not.toBe(commitmentOf(circuit, model, 99n));
  });

  it('has no witness for inputs or weights outside their ranges', () => {
    const model = randomModel(smallArchitecture, seededRandom(4));
    const statement = {salt: 1n, context: 1n, input: [0n, 0n, 0n]};
    const calculate = (input: readonly bigint[]): unknown => circuit.witness.calculate(circuitInput(model, {...statement, input}));
    expect(() => calculate([32n, 0n, 0n])).toThrow('assertion');
    expect(() => calculate([0n, -33n, 0n])).toThrow('assertion');
    expect(() => calculate([0n, 0n])).toThrow('takes 3 values');
    const [first, ...others] = model.layers;
    const wide = {...model, layers: [{...(first as (typeof model.layers)[number]), biases: [256n, 0n, 0n, 0n]}, ...others]};
    expect(() => circuit.witness.calculate(circuitInput(wide, statement))).toThrow('assertion');
  });

  it('is broken by any change to a single wire', () => {
    const random = seededRandom(5);
    const model = randomModel(smallArchitecture, random);
    const witness = circuit.witness.calculate(circuitInput(model, {salt: 1n, context: 3n, input: [1n, -2n, 3n]}));
    const uses = new Map<number, number[]>();
    for (const [row, combinations] of r1cs.constraints.entries()) {
      for (const combination of combinations) for (const [wire] of combination) uses.set(wire, [...(uses.get(wire) ?? []), row]);
    }
    for (let wire = 1; wire < r1cs.wireCount; wire++) {
      const changed = [...witness];
      changed[wire] = ((witness[wire] as bigint) + 1n) % R;
      const rows = uses.get(wire) ?? [];
      const broken = rows.some((row) => {
        const [a, b, c] = r1cs.constraints[row] as R1cs['constraints'][number];
        return (dot(a, changed) * dot(b, changed) - dot(c, changed)) % R !== 0n;
      });
      expect({wire, broken}).toEqual({wire, broken: true});
    }
  });
});

describe('a forger', () => {
  /** Context, inputs, salt and parameters: everything that a prover may choose. */
  const given = (): number[] => Array.from({length: 1 + inputs + 1 + parameterBits(smallArchitecture).length}, (_, k) => outputs + 2 + k);

  it('finds no wire that its choice of context, input, salt and parameters leaves open', () => {
    expect(undeterminedWires(r1cs, given())).toEqual([]);
    const used = new Set(r1cs.constraints.flat(2).map(([wire]) => wire));
    expect(Array.from({length: r1cs.publicCount}, (_, k) => k + 1).filter((wire) => !used.has(wire))).toEqual([]);
  });

  it('would find one if any constraint were missing', () => {
    for (let missing = 0; missing < r1cs.constraints.length; missing += 23) {
      const weaker = {...r1cs, constraints: r1cs.constraints.filter((_, row) => row !== missing)};
      expect({missing, isNoticed: undeterminedWires(weaker, given()).length > 0}).toEqual({missing, isNoticed: true});
    }
  });
});

describe('the development set-up', () => {
  it('gives keys under which snarkjs proves and verifies, and refuses every other statement', async () => {
    const model = randomModel(smallArchitecture, seededRandom(6));
    const input = [5n, -6n, 7n];
    const witness = circuit.witness.calculate(circuitInput(model, {salt: 8n, context: 9n, input}));
    const proof = await prove(circuit.zkeyPath, witness);
    expect(proof.publicInputs).toEqual(witness.slice(1, 1 + circuit.verificationKey.nPublic));
    expect(await verify(circuit.verificationKey, proof.publicInputs, proof.json)).toBe(true);
    // One changed output, then one changed context: the proof fits neither.
    for (const index of [0, outputs + 1]) {
      const wrong = proof.publicInputs.map((value, k) => (k === index ? (value + 1n) % R : value));
      expect(await verify(circuit.verificationKey, wrong, proof.json)).toBe(false);
    }
    const tampered = [...witness];
    tampered[1] = ((witness[1] as bigint) + 1n) % R;
    const forged = await prove(circuit.zkeyPath, tampered);
    expect(await verify(circuit.verificationKey, forged.publicInputs, forged.json)).toBe(false);
  });

  it('comes from the cache the second time, and is made anew when the cache is damaged', async () => {
    const source = 'pragma circom 2.1.6;\ntemplate T() { signal input a; signal input b; signal output c; c <== a * b; }\ncomponent main {public [a]} = T();\n';
    const options = {source, selfCheckInput: {a: 3n, b: 4n}, cacheDir};
    const first = await prepareCircuit(options);
    expect(await readdir(join(cacheDir, 'circuits'))).toEqual([first.hash]);
    expect((await prepareCircuit(options)).keyHash).toBe(first.keyHash);
    await writeFile(first.zkeyPath, 'damaged');
    const second = await prepareCircuit(options);
    expect(second.hash).toBe(first.hash);
    expect(second.keyHash).not.toBe(first.keyHash);
    const proof = await prove(second.zkeyPath, second.witness.calculate({a: 5n, b: 6n}));
    expect(proof.publicInputs).toEqual([30n, 5n]);
    expect(await verify(second.verificationKey, proof.publicInputs, proof.json)).toBe(true);
    expect(await verify(first.verificationKey, proof.publicInputs, proof.json)).toBe(false);
  });

  it('says what is wrong with a circuit that does not compile', async () => {
    await expect(prepareCircuit({source: 'pragma circom 2.1.6;\ntemplate T( {', selfCheckInput: {}, cacheDir})).rejects.toThrow('circom2');
    expect((await readdir(join(cacheDir, 'circuits'))).filter((name) => name.startsWith('.'))).toEqual([]);
  });
});
