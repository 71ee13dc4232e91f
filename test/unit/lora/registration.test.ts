import {describe, expect, it} from '@jest/globals';
import {bn254} from '@noble/curves/bn254.js';
import {CodecError, LORA_REPETITIONS, loraRegistrationLayout, SCALAR_FIELD_MODULUS} from '#precompiles/codec';
import {challengeBit, registrationChallenges, verifyRegistration, verifyResponses} from '#precompiles/lora';
import {openModule} from '../../../protocols/services/lora/commit.ts';
import {proveRegistration} from '../../../protocols/services/lora/register.ts';
import {rowEntries} from '../../../protocols/services/lora/weights.ts';
import {referenceGenerator} from './reference.ts';
import {CONTEXT, flip, moduleOf, seeded, shapeOf, splice} from './support.ts';

const SHAPES = [shapeOf(40, 2, 33), shapeOf(5, 1, 3)];
const modules = SHAPES.map((shape, i) => moduleOf(shape, `registered ${i}`));
const layout = loraRegistrationLayout(SHAPES);
const proof = proveRegistration(modules, CONTEXT, seeded('registration'));

function integerAt(bytes: Uint8Array, offset: number, size: number): bigint {
  return BigInt(`0x${Buffer.from(bytes.subarray(offset, offset + size)).toString('hex')}`);
}

function write(bytes: Uint8Array, offset: number, size: number, value: bigint): void {
  bytes.set(Buffer.from(value.toString(16).padStart(2 * size, '0'), 'hex'), offset);
}

function fromBytes(rows: Uint8Array): ReturnType<typeof referenceGenerator> {
  return bn254.G1.Point.fromAffine({x: integerAt(rows, 0, 32), y: integerAt(rows, 32, 32)});
}

describe('LoRA registrations', () => {
  it('hold for who knows the rows', () => {
    expect(proof.length).toBe(layout.length);
    expect(verifyRegistration(modules, CONTEXT, proof)).toBe(true);
  });

  it('hold in parts, each repetition by itself', () => {
    const announcements = proof.subarray(0, layout.announcementsBytes);
    const registration = {modules, context: CONTEXT, announcements};
    const response = (first: number, count: number): Uint8Array =>
      proof.subarray(layout.announcementsBytes + first * layout.responseBytes, layout.announcementsBytes + (first + count) * layout.responseBytes);
    for (const [first, count] of [[0, 1], [1, 40], [127, 1], [64, 64]] as const) expect(verifyResponses(registration, first, response(first, count))).toBe(true);
    expect(verifyResponses(registration, 0, response(1, 1))).toBe(false);
    for (const first of [-1, 0.5, 128]) expect(verifyResponses(registration, first, response(0, 1))).toBe(false);
    expect(verifyResponses(registration, 100, response(0, 64))).toBe(false);
    expect(verifyResponses(registration, 0, new Uint8Array(0))).toBe(false);
  });

  it('hold for nobody else, and for nothing else', () => {
    expect(verifyRegistration(modules, {...CONTEXT, caller: '0x00000000000000000000000000000000000000ab'}, proof)).toBe(false);
    expect(verifyRegistration(modules, {...CONTEXT, chainId: 1n}, proof)).toBe(false);
    expect(verifyRegistration(modules, {...CONTEXT, binding: new Uint8Array(32)}, proof)).toBe(false);
    expect(verifyRegistration([...modules].reverse(), CONTEXT, proof)).toBe(false);
    expect(verifyRegistration(modules.slice(0, 1), CONTEXT, proof)).toBe(false);
    expect(verifyRegistration([moduleOf(SHAPES[0]!, 'other'), modules[1]!], CONTEXT, proof)).toBe(false);
  });

  it('are refused when a byte is another, or one is missing or more', () => {
    const step = Math.floor(layout.responseBytes / 3) + 1;
    for (const offset of [0, 63, 64 * 127, ...Array.from({length: 24}, (_, i) => layout.announcementsBytes + i * 5 * step), proof.length - 1]) {
      expect([offset, verifyRegistration(modules, CONTEXT, flip(proof, offset))]).toEqual([offset, false]);
    }
    expect(verifyRegistration(modules, CONTEXT, proof.subarray(1))).toBe(false);
    expect(verifyRegistration(modules, CONTEXT, new Uint8Array(proof.length + 1))).toBe(false);
    // A scalar spelt another way, an integer out of range, infinity.
    const e = BigInt(`0x${Buffer.from(proof.subarray(layout.announcementsBytes, layout.announcementsBytes + 32)).toString('hex')}`) + SCALAR_FIELD_MODULUS;
    const aliased = Uint8Array.from(Buffer.from(e.toString(16).padStart(64, '0'), 'hex'));
    expect(verifyRegistration(modules, CONTEXT, splice(proof, layout.announcementsBytes, aliased))).toBe(false);
    expect(verifyRegistration(modules, CONTEXT, splice(proof, layout.announcementsBytes + 32, Uint8Array.of(255)))).toBe(false);
    expect(verifyRegistration(modules, CONTEXT, splice(proof, 0, new Uint8Array(64)))).toBe(false);
  });

  it('take the least int8 and int16', () => {
    const shape = shapeOf(32, 1, 1);
    const least = moduleOf(shape, 'least');
    const edge = openModule({...least, a: new Int16Array(32).fill(-128)}, least.blinders);
    expect(verifyRegistration([edge], CONTEXT, proveRegistration([edge], CONTEXT, seeded('edge')))).toBe(true);
    expect(() => openModule({...least, a: new Int16Array(32).fill(128)}, least.blinders)).toThrow(/int8/);
    const wide = moduleOf(shapeOf(32, 1, 1, 32, 16), 'wide');
    const wideEdge = openModule({...wide, a: new Int16Array(32).fill(-32_768)}, wide.blinders);
    expect(verifyRegistration([wideEdge], CONTEXT, proveRegistration([wideEdge], CONTEXT, seeded('wide')))).toBe(true);
  });

  it('cannot be made for an entry of 2^L, by who knows all that there is to know', () => {
    const module = moduleOf(shapeOf(32, 1, 1), 'large');
    const {rangeBits, integerBytes, announcementsBytes, responseBytes} = loraRegistrationLayout([module.shape]);
    const honest = proveRegistration([module], CONTEXT, seeded('large'));
    // The announcements do not depend on the rows: with others, the same masks give responses that solve the equations.
    const attempt = (extra: bigint, isReduced = false): boolean => {
      const {x, y} = fromBytes(module.rows).add(referenceGenerator(2).multiply(extra)).toAffine();
      const rows = splice(module.rows, 0, Uint8Array.from(Buffer.from([x, y].map((value) => value.toString(16).padStart(64, '0')).join(''), 'hex')));
      const shifted = {...module, rows};
      const announcements = honest.subarray(0, announcementsBytes);
      const before = registrationChallenges({modules: [module], context: CONTEXT, announcements}).bits;
      const {bits} = registrationChallenges({modules: [shifted], context: CONTEXT, announcements});
      const entries = rowEntries(module);
      const forged = honest.slice();
      for (let i = 0; i < LORA_REPETITIONS; i++) {
        const at = announcementsBytes + i * responseBytes;
        let blinder = integerAt(forged, at, 32);
        const change = (row: number): bigint => BigInt(challengeBit(bits, 2, i, row) - challengeBit(before, 2, i, row));
        for (const row of [0, 1]) blinder += change(row) * module.blinders[row]!;
        write(forged, at, 32, ((blinder % SCALAR_FIELD_MODULUS) + SCALAR_FIELD_MODULUS) % SCALAR_FIELD_MODULUS);
        for (let l = 0; l < 32; l++) {
          const offset = at + 32 + l * integerBytes;
          let z = integerAt(forged, offset, integerBytes) + [0, 1].reduce((sum, row) => sum + change(row) * BigInt(entries[row * 32 + l]!), 0n);
          if (l === 0) z += BigInt(challengeBit(bits, 2, i, 0)) * extra;
          write(forged, offset, integerBytes, isReduced ? z % (1n << BigInt(rangeBits)) : z);
        }
      }
      return verifyRegistration([shifted], CONTEXT, forged);
    };
    // What is proven has a slack, as the specification says: this entry is no int8, and far from wrapping.
    expect(attempt(1n << 12n)).toBe(true);
    expect(attempt(1n << BigInt(rangeBits))).toBe(false);
    expect(attempt(1n << BigInt(rangeBits), true)).toBe(false);
  });

  it('refuse modules that do not go together', () => {
    expect(() => loraRegistrationLayout([])).toThrow(CodecError);
    expect(() => loraRegistrationLayout([SHAPES[0]!, {...SHAPES[1]!, width: 64}])).toThrow(CodecError);
    expect(() => loraRegistrationLayout([SHAPES[0]!, {...SHAPES[1]!, weightBits: 16}])).toThrow(CodecError);
    expect(() => loraRegistrationLayout(Array.from({length: 513}, () => SHAPES[0]!))).toThrow(CodecError);
  });
});
