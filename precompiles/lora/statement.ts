/**
 * The beginning that prover and verifier share (docs/spec/lora.md, section 4): the transcript up to the challenges of the
 * outputs, and the collapse of all tokens into one.
 */
import {loraCommitment, encodeLoraContext, encodeLoraShape, LORA_INPUT_BYTES, LORA_OUTPUT_BOUND, loraLayout, loraTokenCount} from '../codec/index.ts';
import type {LoraContext, LoraLayout, LoraShape} from '../codec/index.ts';
import {ELEMENT, MEMORY} from './arithmetic.ts';
import type {Arithmetic} from './arithmetic.ts';
import {generatorBytes} from './generators.ts';
import {evaluateAt, newScalar, scalarBytes, splitPoint} from './scalars.ts';
import type {SplitPoint} from './scalars.ts';
import {sha256, Transcript} from './transcript.ts';

const WEIGHT_BYTES = 16;

/** Y = X Aᵀ Bᵀ over the integers, for the committed A and B. */
export interface LoraStatement {
  readonly shape: LoraShape;
  /** The points of the commitment, 64 bytes each. */
  readonly rows: Uint8Array;
  readonly context: LoraContext;
  /** X: tokens × inputs, as encodeLoraInputs writes them. */
  readonly inputs: Uint8Array;
  /** Y: tokens × outputs, as encodeLoraOutputs writes them. */
  readonly outputs: Uint8Array;
}

export interface Opening {
  readonly layout: LoraLayout;
  readonly transcript: Transcript;
  /** `shape.inputs` scalars. */
  readonly collapsedInputs: number;
  /** The claim: Σ b(k) A(k, i) x̂(i). */
  readonly claim: number;
  /** eq(β), by row of B and place in the row. */
  readonly beta: SplitPoint;
}

/** Undefined when the bytes are no statement: wrong lengths, or an output of 2^53 or more. Throws `CodecError` on a shape over limits. */
export function openStatement(arithmetic: Arithmetic, statement: LoraStatement): Opening | undefined {
  const {shape, rows, context, inputs, outputs} = statement;
  const layout = loraLayout(shape);
  const tokens = loraTokenCount(shape, inputs.length, outputs.length);
  if (tokens === undefined || rows.length !== layout.rowCount * 64) return undefined;

  const transcript = new Transcript('evaluation');
  transcript.absorb('context', encodeLoraContext(context));
  transcript.absorb('shape', encodeLoraShape(shape));
  transcript.absorb('generators', generatorsDigest(shape.width));
  transcript.absorb('commitment', loraCommitment(shape, rows));
  transcript.absorb('inputs', sha256(inputs));
  transcript.absorb('outputs', sha256(outputs));

  const weightBytes = transcript.bytes('tokens', tokens * WEIGHT_BYTES);
  const betaPoint = Array.from({length: layout.outputVariables}, () => newScalar(arithmetic, transcript.scalar('beta')));

  const weights = arithmetic.elements(tokens);
  readWeights(arithmetic, weights, weightBytes, tokens);
  const collapsedInputs = arithmetic.elements(shape.inputs);
  const collapsedOutputs = arithmetic.elements(shape.outputs);
  const {wasm} = arithmetic;
  const isInRange = arithmetic.scoped(() => {
    const x = arithmetic.allocate(inputs.length);
    readInputs(arithmetic, x, inputs);
    wasm.collapse16(collapsedInputs, x, weights, tokens, shape.inputs);
    const y = arithmetic.allocate(8 * tokens * shape.outputs);
    if (!readOutputs(arithmetic, y, outputs, layout.outputBytes)) return false;
    wasm.collapse64(collapsedOutputs, y, weights, tokens, shape.outputs);
    return true;
  });
  if (!isInRange) return undefined;
  wasm.frScale(collapsedInputs, collapsedInputs, MEMORY.frR2, shape.inputs);

  const beta = splitPoint(arithmetic, betaPoint, layout.rowsB, shape.width);
  // The sums are plain, so the evaluation is.
  const claim = evaluateAt(arithmetic, collapsedOutputs, shape.outputs, beta);
  wasm.frMul(claim, claim, MEMORY.frR2);
  transcript.absorb('claim', scalarBytes(arithmetic, claim));
  return {layout, transcript, collapsedInputs, claim, beta};
}

/** 128-bit big-endian integers as plain elements. */
export function readWeights(arithmetic: Arithmetic, pointer: number, bytes: Uint8Array, count: number): void {
  const padded = new Uint8Array(32);
  for (let i = 0; i < count; i++) {
    padded.set(bytes.subarray(i * WEIGHT_BYTES, (i + 1) * WEIGHT_BYTES), WEIGHT_BYTES);
    arithmetic.readRaw(pointer + i * ELEMENT, padded, 0);
  }
}

function readInputs({words}: Arithmetic, pointer: number, bytes: Uint8Array): void {
  const target = new Uint8Array(words.buffer, pointer, bytes.length);
  for (let i = 0; i < bytes.length; i += LORA_INPUT_BYTES) {
    target[i] = bytes[i + 1]!;
    target[i + 1] = bytes[i]!;
  }
}

/** False when a value is not below 2^53 in absolute value. */
function readOutputs({words}: Arithmetic, pointer: number, bytes: Uint8Array, size: number): boolean {
  const highBound = LORA_OUTPUT_BOUND / 2 ** 32;
  // What is shorter than the low word is shifted up into it and back, which brings the sign.
  const shift = Math.max(0, 8 * (4 - size));
  for (let from = 0, to = pointer >> 2; from < bytes.length; from += size, to += 2) {
    let low = 0;
    for (let i = Math.max(0, size - 4); i < size; i++) low = (low << 8) | bytes[from + i]!;
    low = (low << shift) >> shift;
    let high = low >> 31;
    if (size > 4) {
      high = (bytes[from]! << 24) >> 24;
      for (let i = 1; i < size - 4; i++) high = (high << 8) | bytes[from + i]!;
      if (high >= highBound || high < -highBound || (high === -highBound && low === 0)) return false;
    }
    words[to] = low;
    words[to + 1] = high;
  }
  return true;
}

const digests = new Map<number, Uint8Array>();

/** SHA-256 of H, U and the generators of a row. */
function generatorsDigest(width: number): Uint8Array {
  let digest = digests.get(width);
  if (digest === undefined) {
    digest = sha256(...Array.from({length: width + 2}, (_, i) => generatorBytes(i)));
    digests.set(width, digest);
  }
  return digest;
}
