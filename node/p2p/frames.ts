import {FRAME_PREFIX_MAX_BYTES} from './limits.ts';

/** Bytes of the unsigned varint in front of a payload of this length. */
export function prefixLength(payloadBytes: number): number {
  return payloadBytes < 0x80 ? 1 : payloadBytes < 0x4000 ? 2 : payloadBytes < 0x200000 ? 3 : 4;
}

/** Writes prefix and payload at `offset`; returns the offset after them. */
export function writeFrame(target: Uint8Array, offset: number, payload: Uint8Array): number {
  let rest = payload.byteLength;
  while (rest >= 0x80) {
    target[offset++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  target[offset++] = rest;
  target.set(payload, offset);
  return offset + payload.byteLength;
}

export function encodeFrame(payload: Uint8Array): Uint8Array {
  const frame = new Uint8Array(prefixLength(payload.byteLength) + payload.byteLength);
  writeFrame(frame, 0, payload);
  return frame;
}

export type FrameFault = 'oversize' | 'empty' | 'malformed-prefix';

/**
 * Cuts a byte stream into payloads. Holds at most one unfinished frame, whose length was checked before its memory was taken.
 * After a fault or `stop()` it ignores what comes.
 */
export class FrameDecoder {
  readonly #maxBytes: number;
  readonly #onFrame: (payload: Uint8Array) => void;
  readonly #onFault: (fault: FrameFault) => void;
  #length = 0;
  #prefixBytes = 0;
  #body: Uint8Array | undefined;
  #filled = 0;
  #stopped = false;

  /** Payloads given to `onFrame` are copies that may be kept. */
  constructor(maxBytes: number, onFrame: (payload: Uint8Array) => void, onFault: (fault: FrameFault) => void) {
    this.#maxBytes = maxBytes;
    this.#onFrame = onFrame;
    this.#onFault = onFault;
  }

  stop(): void {
    this.#stopped = true;
    this.#body = undefined;
  }

  push(chunk: Uint8Array): void {
    let offset = 0;
    while (!this.#stopped && offset < chunk.byteLength) {
      if (this.#body !== undefined) {
        offset += this.#fill(this.#body, chunk.subarray(offset));
        continue;
      }
      const byte = chunk[offset++] as number;
      if (!this.#readPrefix(byte)) continue;
      const end = offset + this.#length;
      if (end <= chunk.byteLength) {
        const payload = chunk.slice(offset, end);
        offset = end;
        this.#emit(payload);
      } else {
        this.#body = new Uint8Array(this.#length);
        this.#filled = 0;
      }
    }
  }

  /** True when the prefix is complete and allowed. */
  #readPrefix(byte: number): boolean {
    this.#length |= (byte & 0x7f) << (7 * this.#prefixBytes);
    this.#prefixBytes++;
    if ((byte & 0x80) !== 0) {
      if (this.#prefixBytes === FRAME_PREFIX_MAX_BYTES) this.#fault('malformed-prefix');
      return false;
    }
    // The shortest form only: one encoding per length.
    if (byte === 0 && this.#prefixBytes > 1) this.#fault('malformed-prefix');
    else if (this.#length === 0) this.#fault('empty');
    else if (this.#length > this.#maxBytes) this.#fault('oversize');
    return !this.#stopped;
  }

  #fill(body: Uint8Array, chunk: Uint8Array): number {
    const take = Math.min(body.byteLength - this.#filled, chunk.byteLength);
    body.set(take === chunk.byteLength ? chunk : chunk.subarray(0, take), this.#filled);
    this.#filled += take;
    if (this.#filled === body.byteLength) {
      this.#body = undefined;
      this.#emit(body);
    }
    return take;
  }

  #emit(payload: Uint8Array): void {
    this.#length = 0;
    this.#prefixBytes = 0;
    this.#onFrame(payload);
  }

  #fault(fault: FrameFault): void {
    this.stop();
    this.#onFault(fault);
  }
}
