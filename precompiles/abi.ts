/**
 * Reading of calls and writing of answers in the Solidity ABI, by hand and strict: exactly the encoding
 * that abi.encode makes, with no gaps, overlaps, dirty padding or bytes to spare. One statement thus
 * has one calldata, and its length bounds the work.
 */
import {keccak_256} from '@noble/hashes/sha3.js';

const WORD = 32;
export const SELECTOR_BYTES = 4;

/** The first four bytes of the signature's hash, as a number. */
export function selectorOf(signature: string): number {
  return readUint32(keccak_256(new TextEncoder().encode(signature)), 0);
}

/** The selector of a call, or undefined when there is none. */
export function readSelector(data: Uint8Array): number | undefined {
  return data.length < SELECTOR_BYTES ? undefined : readUint32(data, 0);
}

/**
 * Reads the arguments of one call from the left: heads as they come, each dynamic argument exactly
 * where the one before it ended. `undefined` means that the calldata is not canonical.
 */
export class CallReader {
  readonly #data: Uint8Array;
  #head = SELECTOR_BYTES;
  #tail: number;

  constructor(data: Uint8Array, argumentCount: number) {
    this.#data = data;
    this.#tail = SELECTOR_BYTES + argumentCount * WORD;
  }

  /** A `bytes32` (or the raw word of another static type). */
  word(): Uint8Array | undefined {
    const start = this.#head;
    this.#head += WORD;
    return this.#head <= this.#data.length ? this.#data.subarray(start, this.#head) : undefined;
  }

  /** A `uint256` of at most `max`, which is below 2^32. */
  uint(max: number): number | undefined {
    const value = smallNumber(this.word());
    return value !== undefined && value <= max ? value : undefined;
  }

  /** A `bytes` of at most `lengthMax`. */
  bytes(lengthMax: number): Uint8Array | undefined {
    const length = this.#dynamicLength(lengthMax);
    if (length === undefined) return undefined;
    const start = this.#tail;
    this.#tail += Math.ceil(length / WORD) * WORD;
    if (this.#tail > this.#data.length) return undefined;
    for (let i = start + length; i < this.#tail; i++) if (this.#data[i] !== 0) return undefined;
    return this.#data.subarray(start, start + length);
  }

  /** A `uint256[]` of at most `countMax` words, as one run of bytes. */
  words(countMax: number): Uint8Array | undefined {
    const count = this.#dynamicLength(countMax);
    if (count === undefined) return undefined;
    const start = this.#tail;
    this.#tail += count * WORD;
    return this.#tail <= this.#data.length ? this.#data.subarray(start, this.#tail) : undefined;
  }

  /** Whether the arguments read fill the calldata exactly. */
  isAtEnd(): boolean {
    return this.#tail === this.#data.length;
  }

  #dynamicLength(max: number): number | undefined {
    const offset = smallNumber(this.word());
    if (offset !== this.#tail - SELECTOR_BYTES || this.#tail + WORD > this.#data.length) return undefined;
    const length = smallNumber(this.#data.subarray(this.#tail, this.#tail + WORD));
    this.#tail += WORD;
    return length !== undefined && length <= max ? length : undefined;
  }
}

export function encodeUint(value: bigint): Uint8Array {
  const word = new Uint8Array(WORD);
  for (let i = WORD - 1; value > 0n; i--) {
    word[i] = Number(value & 0xffn);
    value >>= 8n;
  }
  return word;
}

export function encodeBool(value: boolean): Uint8Array {
  return encodeUint(value ? 1n : 0n);
}

/** @param address 20 bytes */
export function encodeAddress(address: `0x${string}`): Uint8Array {
  return encodeUint(BigInt(address));
}

/** The return data of `revert Error(words…)`. */
export function encodeError(signature: string, ...words: readonly Uint8Array[]): Uint8Array {
  const output = new Uint8Array(SELECTOR_BYTES + words.length * WORD);
  new DataView(output.buffer).setUint32(0, selectorOf(signature));
  words.forEach((word, i) => output.set(word, SELECTOR_BYTES + i * WORD));
  return output;
}

/** A word below 2^32. */
function smallNumber(word: Uint8Array | undefined): number | undefined {
  if (word === undefined) return undefined;
  for (let i = 0; i < WORD - 4; i++) if (word[i] !== 0) return undefined;
  return readUint32(word, WORD - 4);
}

function readUint32(bytes: Uint8Array, offset: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(offset);
}
