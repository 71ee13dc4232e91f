import {describe, expect, it} from '@jest/globals';
import {CodecError, LORA_REPETITIONS, loraRegistrationLayout, SCALAR_FIELD_MODULUS} from '#precompiles/codec';
import {registrationChallenges, verifyRegistration, verifyResponses} from '#precompiles/lora';
import {openModule} from '../../../protocols/services/lora/commit.ts';
import {proveRegistration} from '../../../protocols/services/lora/register.ts';
import {CONTEXT, flip, moduleOf, seeded, shapeOf, splice} from './support.ts';

const SHAPES = [shapeOf(40, 2, 33), shapeOf(5, 1, 3)];
const modules = SHAPES.map((shape, i) => moduleOf(shape, `registered ${i}`));
const layout = loraRegistrationLayout(SHAPES);
const proof = proveRegistration(modules, CONTEXT, seeded('registration'));

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

  it('cannot be made for entries that are too large', () => {
    // −2^(bits − 1) is within int8, asymmetric as it is; a hundred times that is within the proven slack, as the specification says.
    const shape = shapeOf(32, 1, 1);
    const least = moduleOf(shape, 'least');
    const edge = openModule({...least, a: new Int16Array(32).fill(-128)}, least.blinders);
    expect(verifyRegistration([edge], CONTEXT, proveRegistration([edge], CONTEXT, seeded('edge')))).toBe(true);
    // Whoever commits to an entry e ≥ 2^L has to answer d + e wherever the challenge asks for it, and answers in range without it.
    const {announcementsBytes, responseBytes, integerBytes} = loraRegistrationLayout([shape]);
    const honest = proveRegistration([edge], CONTEXT, seeded('edge'));
    const {bits} = registrationChallenges({modules: [edge], context: CONTEXT, announcements: honest.subarray(0, announcementsBytes)});
    expect(bits.length).toBe((LORA_REPETITIONS * 2) / 8);
    const forged = honest.slice();
    for (let i = 0; i < LORA_REPETITIONS; i++) forged.fill(0, announcementsBytes + i * responseBytes + 32, announcementsBytes + i * responseBytes + 32 + integerBytes);
    expect(verifyRegistration([edge], CONTEXT, forged)).toBe(false);
    expect(() => openModule({...least, a: new Int16Array(32).fill(128)}, least.blinders)).toThrow(/int8/);
  });

  it('refuse modules that do not go together', () => {
    expect(() => loraRegistrationLayout([])).toThrow(CodecError);
    expect(() => loraRegistrationLayout([SHAPES[0]!, {...SHAPES[1]!, width: 64}])).toThrow(CodecError);
    expect(() => loraRegistrationLayout([SHAPES[0]!, {...SHAPES[1]!, weightBits: 16}])).toThrow(CodecError);
    expect(() => loraRegistrationLayout(Array.from({length: 513}, () => SHAPES[0]!))).toThrow(CodecError);
  });
});
