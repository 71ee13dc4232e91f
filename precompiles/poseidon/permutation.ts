import {bn254} from '../mcl/bn254.ts';
import {allocate, bigEndian, heapOf, withMemory, writeReversed} from '../mcl/memory.ts';
import {FR_SIZE} from '../mcl/module.ts';
import type {MclModule} from '../mcl/module.ts';
import {FULL_ROUNDS, generateParameters} from './parameters.ts';
import {scheduleOf} from './schedule.ts';

const WORD = 32;

/** A schedule laid out in linear memory. Every field is the address of a run of scalars. */
interface LoadedSchedule {
  readonly width: number;
  readonly partialRoundCount: number;
  readonly fullRoundConstants: number;
  readonly matrix: number;
  readonly transitionMatrix: number;
  readonly corner: number;
  /** Per round: the constant, `width − 1` of the row, `width − 1` of the column. */
  readonly partialRounds: number;
  /** The state, the state to come, and one product. */
  readonly work: number;
}

const loaded = new Map<number, LoadedSchedule>();

/**
 * Poseidon of 1 to 16 scalars as circomlib's `Poseidon(n)` computes it: initial state 0 ‖ inputs,
 * the answer is the first element.
 *
 * @param inputs 32 bytes big-endian each. Answers 32 bytes, or undefined if an input is not below r.
 */
export function poseidon(inputs: Uint8Array): Uint8Array | undefined {
  const curve = bn254();
  const {module} = curve;
  const schedule = load(module, inputs.length / WORD + 1);
  const {width, work: state} = schedule;
  heapOf(module).fill(0, state, state + FR_SIZE);
  for (let i = 1; i < width; i++) {
    if (!curve.readScalar(state + i * FR_SIZE, inputs, (i - 1) * WORD)) return undefined;
  }
  permute(module, schedule);
  return withMemory(module, WORD, (out) => {
    const size = module._mclBnFr_getLittleEndian(out, WORD, state);
    const bytes = new Uint8Array(WORD);
    bytes.set(heapOf(module).slice(out, out + size).reverse(), WORD - size);
    return bytes;
  });
}

function permute(module: MclModule, schedule: LoadedSchedule): void {
  const {width, work: state} = schedule;
  const half = FULL_ROUNDS / 2;
  for (let round = 0; round < FULL_ROUNDS; round++) {
    if (round === half) permutePartially(module, schedule);
    for (let i = 0; i < width; i++) {
      const element = state + i * FR_SIZE;
      module._mclBnFr_add(element, element, schedule.fullRoundConstants + (round * width + i) * FR_SIZE);
      fifthPower(module, element, state + 2 * width * FR_SIZE);
    }
    mix(module, schedule, round === half - 1 ? schedule.transitionMatrix : schedule.matrix);
  }
}

function permutePartially(module: MclModule, schedule: LoadedSchedule): void {
  const {width, work: state, corner} = schedule;
  const product = state + 2 * width * FR_SIZE;
  const first = state + width * FR_SIZE;
  let at = schedule.partialRounds;
  for (let round = 0; round < schedule.partialRoundCount; round++) {
    const row = at;
    const column = row + (width - 1) * FR_SIZE;
    module._mclBnFr_add(state, state, at);
    fifthPower(module, state, product);
    module._mclBnFr_mul(first, state, corner);
    for (let i = 1; i < width; i++) {
      const element = state + i * FR_SIZE;
      module._mclBnFr_mul(product, element, row + i * FR_SIZE);
      module._mclBnFr_add(first, first, product);
      module._mclBnFr_mul(product, state, column + i * FR_SIZE);
      module._mclBnFr_add(element, element, product);
    }
    heapOf(module).copyWithin(state, first, first + FR_SIZE);
    at += (2 * width - 1) * FR_SIZE;
  }
}

function mix(module: MclModule, {width, work: state}: LoadedSchedule, matrix: number): void {
  const next = state + width * FR_SIZE;
  const product = next + width * FR_SIZE;
  for (let i = 0; i < width; i++) {
    const element = next + i * FR_SIZE;
    const row = matrix + i * width * FR_SIZE;
    module._mclBnFr_mul(element, state, row);
    for (let j = 1; j < width; j++) {
      module._mclBnFr_mul(product, state + j * FR_SIZE, row + j * FR_SIZE);
      module._mclBnFr_add(element, element, product);
    }
  }
  heapOf(module).copyWithin(state, next, next + width * FR_SIZE);
}

function fifthPower(module: MclModule, element: number, square: number): void {
  module._mclBnFr_sqr(square, element);
  module._mclBnFr_sqr(square, square);
  module._mclBnFr_mul(element, element, square);
}

function load(module: MclModule, width: number): LoadedSchedule {
  const known = loaded.get(width);
  if (known !== undefined) return known;
  const schedule = scheduleOf(generateParameters(width));
  const rounds = schedule.partialRounds.flatMap(({constant, row, column}) => [constant, ...row, ...column]);
  const place = (scalars: readonly bigint[]) => store(module, scalars);
  const result: LoadedSchedule = {
    width,
    partialRoundCount: schedule.partialRounds.length,
    fullRoundConstants: place(schedule.fullRoundConstants.flat()),
    matrix: place(schedule.matrix.flat()),
    transitionMatrix: place(schedule.transitionMatrix.flat()),
    corner: place([schedule.corner]),
    partialRounds: place(rounds),
    work: allocate(module, (2 * width + 1) * FR_SIZE),
  };
  loaded.set(width, result);
  return result;
}

function store(module: MclModule, scalars: readonly bigint[]): number {
  const pointer = allocate(module, scalars.length * FR_SIZE);
  withMemory(module, WORD, (scratch) => {
    scalars.forEach((scalar, i) => {
      writeReversed(module, scratch, bigEndian(scalar, WORD), 0, WORD);
      if (module._mclBnFr_setLittleEndian(pointer + i * FR_SIZE, scratch, WORD) !== 0) throw new Error('scalar not stored');
    });
  });
  return pointer;
}
