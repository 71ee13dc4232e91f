/** What the SAPs that record jobs answer with. */
import {encodeError} from '../abi.ts';
import {WORD_BYTES} from '../codec/bytes.ts';
import type {SapResult} from '../types.ts';

export type Outcome = Omit<SapResult, 'gasUsed'>;

export function success(...words: readonly Uint8Array[]): Outcome {
  const output = new Uint8Array(words.length * WORD_BYTES);
  words.forEach((word, i) => output.set(word, i * WORD_BYTES));
  return {status: 'success', output};
}

export function refuse(error: string, ...words: readonly Uint8Array[]): Outcome {
  return {status: 'revert', output: encodeError(error, ...words)};
}

export const malformed = (): Outcome => refuse('MalformedCall()');

export function addressWord(address: Uint8Array): Uint8Array {
  const word = new Uint8Array(WORD_BYTES);
  word.set(address, WORD_BYTES - address.length);
  return word;
}

export function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, i) => byte === right[i]);
}

/** The 20 bytes of a caller. */
export function addressBytes(hex: string): Uint8Array {
  return Uint8Array.from({length: 20}, (_, i) => Number.parseInt(hex.slice(2 + 2 * i, 4 + 2 * i), 16));
}
