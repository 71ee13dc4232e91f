/**
 * Reader of circom's .r1cs files, version 1, for BN254.
 * Format: github.com/iden3/r1csfile/blob/master/doc/r1cs_bin_format.md
 */
import {SCALAR_FIELD_MODULUS} from '#precompiles/codec';
import {CONSTRAINT_COUNT_MAX} from '../limits.ts';
import {fromLittleEndian} from './field.ts';

/** A linear combination of wires: the sum of coefficient · wire. */
export type LinearCombination = readonly (readonly [wire: number, coefficient: bigint])[];

export type R1cs = {
  readonly wireCount: number;
  /** Outputs and public inputs, without the constant wire 0. They are wires 1 … publicCount. */
  readonly publicCount: number;
  /** For each constraint the combinations A, B, C with A · B = C. */
  readonly constraints: readonly (readonly [LinearCombination, LinearCombination, LinearCombination])[];
};

export class R1csError extends Error {
  override readonly name = 'R1csError';
}

const SCALAR_BYTES = 32;

/** @throws {R1csError} if the bytes are not such a file. */
export function parseR1cs(bytes: Uint8Array): R1cs {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const need = (position: number, length: number): void => {
    if (position + length > bytes.length) throw new R1csError('the file ends too early');
  };
  need(0, 12);
  if (Buffer.from(bytes.subarray(0, 4)).toString('latin1') !== 'r1cs' || view.getUint32(4, true) !== 1) {
    throw new R1csError('not an .r1cs file of version 1');
  }
  const sections = new Map<number, {start: number; length: number}>();
  let position = 12;
  for (let index = 0; index < view.getUint32(8, true); index++) {
    need(position, 12);
    const length = Number(view.getBigUint64(position + 4, true));
    need(position + 12, length);
    sections.set(view.getUint32(position, true), {start: position + 12, length});
    position += 12 + length;
  }
  const header = sections.get(1);
  const body = sections.get(2);
  if (!header || !body) throw new R1csError('the header or the constraints are missing');
  if (header.length !== 4 + SCALAR_BYTES + 28 || view.getUint32(header.start, true) !== SCALAR_BYTES) {
    throw new R1csError('the header has another size than expected');
  }
  let at = header.start + 4;
  if (fromLittleEndian(bytes.subarray(at, at + SCALAR_BYTES)) !== SCALAR_FIELD_MODULUS) throw new R1csError('the circuit is not over BN254');
  at += SCALAR_BYTES;
  const wireCount = view.getUint32(at, true);
  const publicCount = view.getUint32(at + 4, true) + view.getUint32(at + 8, true);
  const constraintCount = view.getUint32(at + 24, true);
  if (constraintCount > CONSTRAINT_COUNT_MAX) {
    throw new R1csError(`the circuit has ${constraintCount} constraints; at most ${CONSTRAINT_COUNT_MAX} are set up here`);
  }
  if (publicCount >= wireCount) throw new R1csError('more public signals than wires');

  position = body.start;
  const combination = (): LinearCombination => {
    need(position, 4);
    const count = view.getUint32(position, true);
    position += 4;
    need(position, count * (4 + SCALAR_BYTES));
    return Array.from({length: count}, () => {
      const wire = view.getUint32(position, true);
      if (wire >= wireCount) throw new R1csError(`wire ${wire} does not exist`);
      const coefficient = fromLittleEndian(bytes.subarray(position + 4, position + 4 + SCALAR_BYTES));
      position += 4 + SCALAR_BYTES;
      return [wire, coefficient] as const;
    });
  };
  const constraints = Array.from({length: constraintCount}, () => [combination(), combination(), combination()] as const);
  return {wireCount, publicCount, constraints};
}
