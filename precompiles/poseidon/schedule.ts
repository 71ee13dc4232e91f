/**
 * Poseidon's partial rounds, rewritten so that each costs 2·width multiplications instead of width²
 * (appendix B of the paper). Same function: the tests compare it with the plain one.
 *
 * With M = [[m, v], [w, N]] and B = diag(1, N):  M = S·B, S = [[m, v·N⁻¹], [w, 1]]. B leaves the first
 * element alone, so it commutes with a partial round's S-box and joins the matrix of the round before:
 * counted from the last partial round, round k gets S with v·N⁻ᵏ and Nᵏ⁻¹·w, and N to the number of
 * partial rounds is left over for the last full round before them. Constants of
 * elements that pass no S-box move forward through M into the next round.
 */
import {SCALAR_FIELD_MODULUS as P} from '../codec/index.ts';
import {FULL_ROUNDS} from './parameters.ts';
import type {PoseidonParameters} from './parameters.ts';

type Vector = readonly bigint[];
type Matrix = readonly Vector[];

export interface PartialRound {
  /** Added to the first element before its S-box. */
  readonly constant: bigint;
  /** The first row of S after m: the elements 1 … width − 1 of the state are weighted by it. */
  readonly row: Vector;
  /** The first column of S below m. */
  readonly column: Vector;
}

export interface PoseidonSchedule {
  readonly width: number;
  /** `width` constants for each of the full rounds. */
  readonly fullRoundConstants: readonly Vector[];
  readonly matrix: Matrix;
  /** Takes the place of `matrix` in the last full round before the partial ones. */
  readonly transitionMatrix: Matrix;
  /** m, the first element of `matrix`. */
  readonly corner: bigint;
  readonly partialRounds: readonly PartialRound[];
}

export function scheduleOf({width, partialRounds: count, roundConstants, matrix}: PoseidonParameters): PoseidonSchedule {
  const half = FULL_ROUNDS / 2;
  const constantsOf = (round: number) => roundConstants.slice(round * width, (round + 1) * width);

  const constants: bigint[] = [];
  let carried = constantsOf(half);
  for (let round = half; round < half + count; round++) {
    constants.push(carried[0]!);
    carried = add(multiply(matrix, [0n, ...carried.slice(1)]), constantsOf(round + 1));
  }
  const fullRoundConstants = Array.from({length: FULL_ROUNDS}, (_, i) => constantsOf(i < half ? i : i + count));
  fullRoundConstants[half] = carried;

  const inner = matrix.slice(1).map((row) => row.slice(1));
  const innerInverse = transpose(inverse(inner));
  const innerTransposed = transpose(inner);
  let row = matrix[0]!.slice(1);
  let column = matrix.slice(1).map((line) => line[0]!);
  // Columns of the power of N that is left over.
  let leftOver: Vector[] = inner.map((_, i) => inner.map((_unused, j) => (i === j ? 1n : 0n)));
  const rounds: PartialRound[] = [];
  for (let k = 0; k < count; k++) {
    row = multiply(innerInverse, row);
    rounds.push({constant: constants[count - 1 - k]!, row, column});
    column = multiply(inner, column);
    leftOver = leftOver.map((vector) => multiply(innerTransposed, vector));
  }
  // leftOver holds rows of N^count: row · N is Nᵀ · row.
  const transitionMatrix = [matrix[0]!, ...leftOver.map((line) => multiply(transpose(matrix.slice(1)), line))];
  return {
    width,
    fullRoundConstants,
    matrix,
    transitionMatrix,
    corner: matrix[0]![0]!,
    partialRounds: rounds.reverse(),
  };
}

function add(a: Vector, b: Vector): bigint[] {
  return a.map((x, i) => (x + b[i]!) % P);
}

function multiply(matrix: Matrix, vector: Vector): bigint[] {
  return matrix.map((row) => row.reduce((sum, x, i) => sum + x * vector[i]!, 0n) % P);
}

function transpose(matrix: Matrix): bigint[][] {
  return matrix[0]!.map((_, i) => matrix.map((row) => row[i]!));
}

/** Gauss-Jordan elimination. The inner part of a Cauchy matrix always has an inverse. */
function inverse(matrix: Matrix): bigint[][] {
  const size = matrix.length;
  const rows = matrix.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1n : 0n))]);
  for (let i = 0; i < size; i++) {
    const pivot = rows.findIndex((row, j) => j >= i && row[i] !== 0n);
    if (pivot < 0) throw new Error('a singular matrix');
    [rows[i], rows[pivot]] = [rows[pivot]!, rows[i]!];
    const factor = inverseOf(rows[i]![i]!);
    rows[i] = rows[i]!.map((x) => (x * factor) % P);
    for (let j = 0; j < size; j++) {
      if (j === i) continue;
      const weight = rows[j]![i]!;
      rows[j] = rows[j]!.map((x, k) => (x + (P - weight) * rows[i]![k]!) % P);
    }
  }
  return rows.map((row) => row.slice(size));
}

/** Extended Euclid. */
function inverseOf(value: bigint): bigint {
  let [a, b, x, y] = [value, P, 1n, 0n];
  while (b !== 0n) {
    const quotient = a / b;
    [a, b] = [b, a - quotient * b];
    [x, y] = [y, x - quotient * y];
  }
  return ((x % P) + P) % P;
}
