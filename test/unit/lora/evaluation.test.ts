import {describe, expect, it} from '@jest/globals';
import fc from 'fast-check';
import {createHash} from 'node:crypto';
import {
  BASE_FIELD_MODULUS, CodecError, decodeLoraOutputs, decodeLoraShape, encodeLoraOutputs, encodeLoraShape, loraLayout, loraProofLayout,
  SCALAR_FIELD_MODULUS,
} from '#precompiles/codec';
import type {LoraShape} from '#precompiles/codec';
import {RowTables, verifyLora, verifyLoraBatch} from '#precompiles/lora';
import type {LoraClaim} from '#precompiles/lora';
import {applyLora} from '../../../protocols/services/lora/weights.ts';
import {referenceVerify} from './reference.ts';
import {claimOf, CONTEXT, flip, integers, moduleOf, shapeOf, splice} from './support.ts';

const SMALL = shapeOf(5, 1, 3);
const RAGGED = shapeOf(70, 3, 45);

function word(value: bigint): Uint8Array {
  return Uint8Array.from(Buffer.from(value.toString(16).padStart(64, '0'), 'hex'));
}

function wordAt(bytes: Uint8Array, offset: number): bigint {
  return BigInt(`0x${Buffer.from(bytes.subarray(offset, offset + 32)).toString('hex')}`);
}

describe('LoRA evaluation proofs', () => {
  it('hold for what is true, of any shape', () => {
    const shapes = fc.record({
      inputs: fc.integer({min: 1, max: 90}), rank: fc.integer({min: 1, max: 9}), outputs: fc.integer({min: 1, max: 90}),
      width: fc.constantFrom(32, 64), weightBits: fc.constantFrom<8 | 16>(8, 16),
    });
    fc.assert(
      fc.property(shapes, fc.integer({min: 1, max: 20}), fc.string(), (shape, tokens, seed) => {
        const claim = claimOf(moduleOf(shape, seed), tokens, seed);
        expect(claim.proof.length).toBe(loraProofLayout(shape).length);
        expect(verifyLora(claim)).toBe(true);
      }),
      {numRuns: 25},
    );
  });

  it('are exact at the extremes of weights and inputs', () => {
    const shape = shapeOf(33, 2, 4, 32, 16);
    const module = moduleOf(shape, 'extremes');
    const extreme = {...module, a: module.a.map(() => -32_768), b: module.b.map(() => -32_768)};
    const x = new Int16Array(33).fill(-32_768);
    expect(applyLora(extreme, x)[0]).toBe(-(2 ** 45) * 66);
    expect(() => encodeLoraOutputs(shape, [2 ** 53])).toThrow(CodecError);
    const edge = encodeLoraOutputs(shape, [2 ** 53 - 1, 1 - 2 ** 53, 0, -1]);
    expect([...decodeLoraOutputs(shape, edge)]).toEqual([2 ** 53 - 1, 1 - 2 ** 53, 0, -1]);
  });

  it.each([['small', SMALL], ['ragged', RAGGED], ['int16', shapeOf(40, 5, 33, 32, 16)]])('are judged as by the reference: %s', (seed, shape) => {
    const claim = claimOf(moduleOf(shape, seed), 3, seed);
    expect(referenceVerify(claim)).toBe(true);
    expect(verifyLora(claim)).toBe(true);
    const at = loraProofLayout(shape);
    const changes: LoraClaim[] = [
      ...[64, at.sigma + 31, at.rounds + 63, at.zA + 31, at.zg + 31, at.blinders + 5 * 32 + 31].map((offset) => ({...claim, proof: flip(claim.proof, offset)})),
      {...claim, inputs: flip(claim.inputs, 1)},
      {...claim, outputs: flip(claim.outputs, claim.outputs.length - 1)},
    ];
    for (const [i, changed] of changes.entries()) {
      expect(verifyLora(changed)).toBe(false);
      // The reference takes a second or two for the larger shapes.
      if (shape === SMALL || i === 4) expect(referenceVerify(changed)).toBe(false);
    }
  });

  it('are refused when any byte is another', () => {
    const claim = claimOf(moduleOf(SMALL, 'bytes'), 2, 'bytes');
    // Each coordinate and each scalar, in a byte that goes round.
    for (let start = 0; start < claim.proof.length; start += 32) {
      const offset = start + ((start / 32) * 7) % 32;
      expect([offset, verifyLora({...claim, proof: flip(claim.proof, offset, offset % 8)})]).toEqual([offset, false]);
    }
    for (const part of ['rows', 'inputs', 'outputs'] as const) {
      for (let offset = 0; offset < claim[part].length; offset += part === 'rows' ? 17 : 1) {
        expect([part, offset, verifyLora({...claim, [part]: flip(claim[part], offset)})]).toEqual([part, offset, false]);
      }
    }
  });

  it('have one form: no aliased scalars, no points off the curve, no infinity, no other length', () => {
    const claim = claimOf(moduleOf(SMALL, 'form'), 1, 'form');
    const {proof} = claim;
    const at = loraProofLayout(SMALL);
    for (let offset = at.sigma; offset < proof.length; offset += 32) {
      const aliased = wordAt(proof, offset) + SCALAR_FIELD_MODULUS;
      expect(verifyLora({...claim, proof: splice(proof, offset, word(aliased))})).toBe(false);
    }
    for (let i = 0; i < 9; i++) {
      const x = wordAt(proof, 64 * i);
      expect(verifyLora({...claim, proof: splice(proof, 64 * i, word(x + BASE_FIELD_MODULUS))})).toBe(false);
      expect(verifyLora({...claim, proof: splice(proof, 64 * i, new Uint8Array(64))})).toBe(false);
      expect(verifyLora({...claim, proof: splice(proof, 64 * i, word((x + 1n) % BASE_FIELD_MODULUS))})).toBe(false);
      // The opposite point is on the curve.
      const y = wordAt(proof, 64 * i + 32);
      expect(verifyLora({...claim, proof: splice(proof, 64 * i + 32, word(BASE_FIELD_MODULUS - y))})).toBe(false);
    }
    expect(verifyLora({...claim, rows: splice(claim.rows, 0, new Uint8Array(64))})).toBe(false);
    for (const length of [0, 1, proof.length - 1, proof.length + 1, proof.length + 32]) {
      const other = new Uint8Array(length);
      other.set(proof.subarray(0, length));
      expect(verifyLora({...claim, proof: other})).toBe(false);
    }
    // Of another system: a Groth16 proof, and noise of the right length.
    expect(verifyLora({...claim, proof: new Uint8Array(256).fill(1)})).toBe(false);
    expect(verifyLora({...claim, proof: new Uint8Array(proof.length).fill(255)})).toBe(false);
    for (const part of ['rows', 'inputs', 'outputs'] as const) {
      expect(verifyLora({...claim, [part]: claim[part].subarray(1)})).toBe(false);
      expect(verifyLora({...claim, [part]: new Uint8Array(0)})).toBe(false);
    }
  });

  it('refuse outputs of 2^53 and more', () => {
    const shape = shapeOf(64, 8, 2, 32, 16);
    const claim = claimOf(moduleOf(shape, 'large'), 1, 'large');
    expect(loraLayout(shape).outputBytes).toBe(7);
    for (const large of [2n ** 53n, -(2n ** 53n), 2n ** 55n - 1n]) {
      const bytes = Uint8Array.from(Buffer.from(BigInt.asUintN(56, large).toString(16).padStart(14, '0'), 'hex'));
      expect(verifyLora({...claim, outputs: splice(claim.outputs, 0, bytes)})).toBe(false);
      expect(referenceVerify({...claim, outputs: splice(claim.outputs, 0, bytes)})).toBe(false);
    }
  });

  it('serve no other module, commitment, session, caller, chain or statement', () => {
    const [first, second] = [moduleOf(RAGGED, 'first'), moduleOf(RAGGED, 'second')];
    const claim = claimOf(first, 4, 'swap');
    const other = claimOf(second, 4, 'other');
    const swapped: Partial<LoraClaim>[] = [
      {rows: second.rows},
      {inputs: other.inputs},
      {outputs: other.outputs},
      {inputs: other.inputs, outputs: other.outputs},
      {proof: other.proof},
      {context: {...CONTEXT, chainId: 1n}},
      {context: {...CONTEXT, caller: '0x00000000000000000000000000000000000000ab'}},
      {context: {...CONTEXT, binding: new Uint8Array(32).fill(8)}},
      {shape: {...RAGGED, weightBits: 16}},
    ];
    for (const change of swapped) expect(verifyLora({...claim, ...change})).toBe(false);
    // Same weights, other blinders: another commitment.
    const again = moduleOf(RAGGED, 'first');
    expect(again.rows).toEqual(first.rows);
    const tokens = [...Array(4).keys()].map((t) => claim.outputs.subarray(t * claim.outputs.length / 4, (t + 1) * claim.outputs.length / 4));
    expect(verifyLora({...claim, outputs: Uint8Array.from(Buffer.concat([tokens[1]!, tokens[0]!, tokens[2]!, tokens[3]!]))})).toBe(false);
  });

  it('of false statements do not verify, whoever makes them', () => {
    const module = moduleOf(RAGGED, 'liar');
    const weights = {...module, a: module.a.slice()};
    weights.a[7]! ^= 1;
    // Proven with one weight that is not the committed one.
    const claim = claimOf({...weights, rows: module.rows, commitment: module.commitment, blinders: module.blinders}, 2, 'liar');
    expect(verifyLora(claim)).toBe(false);
    // Proven with blinders that are not the committed ones.
    const blinders = module.blinders.map((blinder, i) => (i === 0 ? blinder + 1n : blinder));
    expect(verifyLora(claimOf({...module, blinders}, 2, 'blinders'))).toBe(false);
  });

  it('of a batch are judged together as alone', () => {
    const claims = [SMALL, RAGGED, shapeOf(64, 4, 64, 64)].map((shape, i) => claimOf(moduleOf(shape, `batch ${i}`), i + 1, `batch ${i}`));
    expect(verifyLoraBatch(claims)).toBe(true);
    expect(verifyLoraBatch([...claims].reverse())).toBe(true);
    expect(verifyLoraBatch([])).toBe(false);
    for (const [i, claim] of claims.entries()) {
      const changed = claims.slice();
      changed[i] = {...claim, proof: flip(claim.proof, claim.proof.length - 1)};
      expect(verifyLoraBatch(changed)).toBe(false);
    }
    // Two faults that would cancel under equal weights.
    const at = loraProofLayout(SMALL).blinders;
    const twice = claimOf(moduleOf(SMALL, 'batch 0'), 1, 'twin');
    const shifted = (claim: LoraClaim, by: bigint): LoraClaim => ({
      ...claim, proof: splice(claim.proof, at, word((wordAt(claim.proof, at) + by + SCALAR_FIELD_MODULUS) % SCALAR_FIELD_MODULUS)),
    });
    expect(verifyLoraBatch([claims[0]!, twice])).toBe(true);
    expect(verifyLoraBatch([shifted(claims[0]!, 1n), shifted(twice, -1n)])).toBe(false);
  });

  it('are judged the same with tables of rows, which are bounded', () => {
    const claims = [SMALL, RAGGED].map((shape, i) => claimOf(moduleOf(shape, `tables ${i}`), 2, `tables ${i}`));
    const tables = new RowTables(loraLayout(RAGGED).rowCount);
    for (let round = 0; round < 2; round++) {
      for (const claim of claims) {
        expect(verifyLora(claim, tables)).toBe(true);
        expect(verifyLora({...claim, proof: flip(claim.proof, 700)}, tables)).toBe(false);
        expect(tables.rowCount).toBeLessThanOrEqual(loraLayout(RAGGED).rowCount);
      }
    }
  });

  it('come out of the same secrets and randomness as ever', () => {
    const claim = claimOf(moduleOf(RAGGED, 'vector'), 2, 'vector');
    const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
    expect({rows: digest(claim.rows), inputs: digest(claim.inputs), outputs: digest(claim.outputs), proof: digest(claim.proof)}).toMatchSnapshot();
  });
});

describe('shapes', () => {
  it('round-trip, and are refused outside their limits', () => {
    expect(decodeLoraShape(encodeLoraShape(RAGGED))).toEqual(RAGGED);
    const wrong: Partial<LoraShape>[] = [
      {inputs: 0}, {outputs: 0}, {rank: 0}, {inputs: 65_537}, {outputs: 65_537}, {rank: 257}, {width: 48}, {width: 16}, {width: 1_024},
      {inputs: 1.5}, {weightBits: 9 as never}, {inputs: 65_536, rank: 256, width: 32},
    ];
    for (const change of wrong) expect(() => encodeLoraShape({...RAGGED, ...change})).toThrow(CodecError);
    expect(() => decodeLoraShape(flip(encodeLoraShape(RAGGED), 15))).toThrow(CodecError);
    expect(() => decodeLoraShape(new Uint8Array(15))).toThrow(CodecError);
  });

  it('have outputs as wide as their largest value needs', () => {
    for (const shape of [SMALL, RAGGED, shapeOf(1, 1, 1), shapeOf(768, 8, 2304, 128), shapeOf(64, 8, 2, 32, 16)]) {
      const largest = Math.min(2 ** 53 - 1, shape.rank * shape.inputs * 2 ** (2 * shape.weightBits - 2) * 2 ** 15);
      const bytes = encodeLoraOutputs(shape, [largest, -largest]);
      expect([...decodeLoraOutputs(shape, bytes)]).toEqual([largest, -largest]);
    }
    expect(integers('x', 3, 8).every((value) => value >= -128 && value < 128)).toBe(true);
  });
});
