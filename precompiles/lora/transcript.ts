import {createHash} from 'node:crypto';
import {SCALAR_FIELD_MODULUS} from '../codec/index.ts';

const encoder = new TextEncoder();
const ABSORB = 1;
const SCALAR = 2;
const RATCHET = 3;
const STREAM = 4;

/**
 * Fiat–Shamir over SHA-256. Each operation has its own tag, each value its label and length, so that two sequences of
 * operations never hash the same bytes. Labels are fixed by the protocol and never come from an input.
 */
export class Transcript {
  #state: Buffer;

  constructor(domain: string) {
    this.#state = sha256('qanat/lora/1/transcript/', domain);
  }

  /** 32 bytes that depend on all that went before. */
  get state(): Uint8Array {
    return this.#state;
  }

  absorb(label: string, data: Uint8Array): void {
    const length = new Uint8Array(8);
    new DataView(length.buffer).setBigUint64(0, BigInt(data.length));
    this.#state = sha256(this.#state, Uint8Array.of(ABSORB, label.length), label, length, data);
  }

  /** A scalar from 384 bits: within 2^−128 of uniform. */
  scalar(label: string): bigint {
    const [high, low] = [0, 1].map((part) => sha256(this.#state, Uint8Array.of(SCALAR), label, Uint8Array.of(part))) as [Buffer, Buffer];
    this.#ratchet(label);
    return BigInt(`0x${high.toString('hex')}${low.toString('hex', 0, 16)}`) % SCALAR_FIELD_MODULUS;
  }

  bytes(label: string, length: number): Uint8Array {
    const output = new Uint8Array(Math.ceil(length / 32) * 32);
    const index = new Uint8Array(4);
    for (let i = 0; 32 * i < length; i++) {
      new DataView(index.buffer).setUint32(0, i);
      output.set(sha256(this.#state, Uint8Array.of(STREAM), label, index), 32 * i);
    }
    this.#ratchet(label);
    return output.subarray(0, length);
  }

  #ratchet(label: string): void {
    this.#state = sha256(this.#state, Uint8Array.of(RATCHET), label);
  }
}

export function sha256(...parts: readonly (string | Uint8Array)[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(typeof part === 'string' ? encoder.encode(part) : part);
  return hash.digest();
}
