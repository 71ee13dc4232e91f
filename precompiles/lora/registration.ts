/**
 * Registration: whoever registers modules knows the entries of every committed row, and each is below 2^L in absolute value, so
 * that nothing wraps in the field (docs/spec/lora.md, section 3). 128 binary challenges per row.
 */
import {
  encodeLoraContext, encodeLoraShape, LORA_REPETITIONS, loraCommitment, loraLayout, loraRegistrationLayout,
} from '../codec/index.ts';
import type {LoraContext, LoraRegistrationLayout, LoraShape} from '../codec/index.ts';
import {AFFINE, arithmetic, ELEMENT, MEMORY} from './arithmetic.ts';
import type {Arithmetic} from './arithmetic.ts';
import {generators} from './generators.ts';
import {MultiScalarSum} from './multi-scalar.ts';
import {readWeights} from './statement.ts';
import {Transcript} from './transcript.ts';
import {addRows} from './verify.ts';

const G1_BYTES = 64;
const SCALAR_BYTES = 32;
const WEIGHT_BYTES = 16;

export interface LoraModuleCommitment {
  readonly shape: LoraShape;
  readonly rows: Uint8Array;
}

export interface LoraRegistration {
  readonly modules: readonly LoraModuleCommitment[];
  /** The caller is the registrant; the binding names the adapter. */
  readonly context: LoraContext;
  /** 128 points. */
  readonly announcements: Uint8Array;
}

export interface RegistrationChallenges {
  /** Names this registration: all that it says before the responses. */
  readonly digest: Uint8Array;
  /** One bit per repetition and row, repetition by repetition, the first in the least significant bit. */
  readonly bits: Uint8Array;
}

/** Throws `CodecError` on modules that cannot be registered together, or rows of a wrong length. */
export function registrationChallenges({modules, context, announcements}: LoraRegistration): RegistrationChallenges {
  const {rowCount} = loraRegistrationLayout(modules.map(({shape}) => shape));
  const transcript = new Transcript('registration');
  transcript.absorb('context', encodeLoraContext(context));
  for (const {shape, rows} of modules) {
    transcript.absorb('shape', encodeLoraShape(shape));
    transcript.absorb('commitment', loraCommitment(shape, rows));
  }
  transcript.absorb('announcements', announcements);
  const digest = transcript.state;
  return {digest, bits: transcript.bytes('challenges', Math.ceil((LORA_REPETITIONS * rowCount) / 8))};
}

export function challengeBit(bits: Uint8Array, rowCount: number, repetition: number, row: number): number {
  const index = repetition * rowCount + row;
  return (bits[index >> 3]! >> (index & 7)) & 1;
}

/**
 * Whether the responses to the repetitions from `first` on hold: e ‖ z each. All 128 in one call or in several make a registration.
 * False for whatever is not the canonical form of responses that hold. Throws `CodecError` as `registrationChallenges` does.
 */
export function verifyResponses(registration: LoraRegistration, first: number, responses: Uint8Array): boolean {
  const {modules, announcements} = registration;
  const layout = loraRegistrationLayout(modules.map(({shape}) => shape));
  const count = responses.length / layout.responseBytes;
  if (!Number.isInteger(count) || count < 1 || !Number.isInteger(first) || first < 0 || first + count > LORA_REPETITIONS) return false;
  if (announcements.length !== layout.announcementsBytes) return false;
  if (modules.some(({shape, rows}) => rows.length !== loraLayout(shape).rowCount * G1_BYTES)) return false;
  const {digest, bits} = registrationChallenges(registration);
  const bases = generators(layout.width);
  const curve = arithmetic();
  return curve.scoped(() => {
    const transcript = new Transcript('responses');
    transcript.absorb('registration', digest);
    transcript.absorb('first', Uint8Array.of(first));
    transcript.absorb('responses', responses);
    const weightBytes = transcript.bytes('weights', count * WEIGHT_BYTES);
    const weights = curve.elements(count);
    readWeights(curve, weights, weightBytes, count);
    curve.wasm.frScale(weights, weights, MEMORY.frR2, count);

    const sum = new MultiScalarSum(curve);
    const shared = curve.elements(layout.width + 1);
    const announced = curve.allocate(count * AFFINE);
    const minus = curve.elements(count);
    for (let i = 0; i < count; i++) {
      const weight = weights + i * ELEMENT;
      if (!addResponse(curve, layout, responses.subarray(i * layout.responseBytes, (i + 1) * layout.responseBytes), weight, shared)) return false;
      if (!curve.readPoint(announced + i * AFFINE, announcements, (first + i) * G1_BYTES)) return false;
      curve.wasm.frNeg(minus + i * ELEMENT, weight);
      sum.addPoint(announced + i * AFFINE, minus + i * ELEMENT);
    }
    const rowScalars = curve.elements(layout.rowCount);
    for (let row = 0; row < layout.rowCount; row++) {
      const scalar = rowScalars + row * ELEMENT;
      for (let i = 0; i < count; i++) {
        if (challengeBit(bits, layout.rowCount, first + i, row) === 0) continue;
        curve.wasm.frSub(scalar, scalar, weights + i * ELEMENT);
        curve.wasm.frReduce(scalar);
      }
    }
    let row = 0;
    for (const {rows} of modules) {
      if (!addRows(curve, sum, rows, rowScalars + row * ELEMENT)) return false;
      row += rows.length / G1_BYTES;
    }
    sum.addTabled(bases.blinding, shared);
    for (let l = 0; l < layout.width; l++) sum.addTabled(bases.entry(l), shared + (l + 1) * ELEMENT);
    return sum.isZero();
  });
}

/** Adds weight · (e, z) to the scalars of H and the generators; false when e is not below the order or a z not below 2^L. */
function addResponse(curve: Arithmetic, layout: LoraRegistrationLayout, response: Uint8Array, weight: number, shared: number): boolean {
  const {width, integerBytes, rangeBits} = layout;
  return curve.scoped(() => {
    const values = curve.elements(width + 1);
    if (!curve.readScalar(values, response, 0)) return false;
    const padded = new Uint8Array(SCALAR_BYTES);
    const topBits = rangeBits - 8 * (integerBytes - 1);
    for (let l = 0; l < width; l++) {
      const at = SCALAR_BYTES + l * integerBytes;
      if (topBits < 8 && response[at]! >> topBits !== 0) return false;
      padded.set(response.subarray(at, at + integerBytes), SCALAR_BYTES - integerBytes);
      if (!curve.readScalar(values + (l + 1) * ELEMENT, padded, 0)) return false;
    }
    curve.wasm.frAddScaled(shared, values, weight, width + 1);
    return true;
  });
}

/** Whether a whole registration holds. False for whatever is not one. */
export function verifyRegistration(modules: readonly LoraModuleCommitment[], context: LoraContext, proof: Uint8Array): boolean {
  const layout = loraRegistrationLayout(modules.map(({shape}) => shape));
  if (proof.length !== layout.length) return false;
  const announcements = proof.subarray(0, layout.announcementsBytes);
  return verifyResponses({modules, context, announcements}, 0, proof.subarray(layout.announcementsBytes));
}

