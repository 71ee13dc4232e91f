import {loraRegistrationLayout, LORA_REPETITIONS, SCALAR_FIELD_MODULUS} from '#precompiles/codec';
import type {LoraContext} from '#precompiles/codec';
import {AFFINE, arithmetic, challengeBit, ELEMENT, EXTENDED, generators, MultiScalarSum, registrationChallenges, setScalar} from '#precompiles/lora';
import type {CommittedModule} from './commit.ts';
import {randomInteger, randomScalar} from './randomness.ts';
import type {ProverRandomness} from './randomness.ts';
import {rowEntries} from './weights.ts';

const G1_BYTES = 64;
const P = SCALAR_FIELD_MODULUS;
/** A restart happens with a probability below 2^−64. */
const ATTEMPTS_MAX = 4;

/**
 * Proves knowledge of all rows of the modules and the bound on their entries (docs/spec/lora.md, section 3), for the registrant
 * that the context names. Throws `CodecError` on modules that cannot be registered together.
 */
export function proveRegistration(modules: readonly CommittedModule[], context: LoraContext, randomness: ProverRandomness): Uint8Array {
  const layout = loraRegistrationLayout(modules.map(({shape}) => shape));
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const proof = attemptRegistration(modules, context, randomness, layout);
    if (proof !== undefined) return proof;
  }
  throw new Error('no registration proof came out in range: the randomness is broken');
}

function attemptRegistration(
  modules: readonly CommittedModule[], context: LoraContext, randomness: ProverRandomness, layout: ReturnType<typeof loraRegistrationLayout>,
): Uint8Array | undefined {
  const {width, rowCount, rangeBits, integerBytes, responseBytes, announcementsBytes} = layout;
  const proof = new Uint8Array(layout.length);
  const masks = Array.from({length: LORA_REPETITIONS}, () => Array.from({length: width}, () => randomInteger(randomness, rangeBits)));
  const blinders = Array.from({length: LORA_REPETITIONS}, () => randomScalar(randomness));
  announce(proof, masks, blinders, width);
  const announcements = proof.subarray(0, announcementsBytes);
  const {bits} = registrationChallenges({modules, context, announcements});

  const entries = modules.map(rowEntries);
  const sums = new Float64Array(width);
  for (let repetition = 0; repetition < LORA_REPETITIONS; repetition++) {
    sums.fill(0);
    let blinder = blinders[repetition]!;
    let row = 0;
    for (const [m, module] of modules.entries()) {
      for (let own = 0; own < module.blinders.length; own++, row++) {
        if (challengeBit(bits, rowCount, repetition, row) === 0) continue;
        blinder += module.blinders[own]!;
        for (let l = 0; l < width; l++) sums[l]! += entries[m]![own * width + l]!;
      }
    }
    const at = announcementsBytes + repetition * responseBytes;
    writeInteger(proof, at, 32, blinder % P);
    for (let l = 0; l < width; l++) {
      const response = masks[repetition]![l]! + BigInt(sums[l]!);
      if (response < 0n || response >> BigInt(rangeBits) !== 0n) return undefined;
      writeInteger(proof, at + 32 + l * integerBytes, integerBytes, response);
    }
  }
  return proof;
}

/** D_i = <d_i, G> + h_i H. */
function announce(proof: Uint8Array, masks: readonly (readonly bigint[])[], blinders: readonly bigint[], width: number): void {
  const bases = generators(width);
  const curve = arithmetic();
  curve.scoped(() => {
    const scalars = curve.elements(width + 1);
    const [extended, affine] = [curve.allocate(EXTENDED), curve.allocate(AFFINE)];
    for (let repetition = 0; repetition < LORA_REPETITIONS; repetition++) {
      const sum = new MultiScalarSum(curve);
      setScalar(curve, scalars, blinders[repetition]!);
      sum.addTabled(bases.blinding, scalars);
      for (let l = 0; l < width; l++) {
        setScalar(curve, scalars + (l + 1) * ELEMENT, masks[repetition]![l]!);
        sum.addTabled(bases.entry(l), scalars + (l + 1) * ELEMENT);
      }
      sum.sum(extended);
      curve.toAffine(affine, extended);
      curve.writePoint(proof, repetition * G1_BYTES, affine);
    }
  });
}

function writeInteger(target: Uint8Array, offset: number, size: number, value: bigint): void {
  for (let i = size - 1; i >= 0; i--) {
    target[offset + i] = Number(value & 0xffn);
    value >>= 8n;
  }
}
