/**
 * Frames between a base-model user and a contributor, over TCP: u32 length of what follows ‖ u8 version ‖ u8 type ‖ payload,
 * big-endian. docs/spec/lora-protocol.md.
 */
import {LoraError} from './errors.ts';
import {ERROR_TEXT_BYTES_MAX, FRAME_BYTES_MAX} from './limits.ts';

export const WIRE_VERSION = 1;

export const FrameType = {
  /** User: session (32 bytes). */
  hello: 1,
  /** Contributor: the manifest as JSON. */
  manifest: 2,
  /** User: nothing. */
  commitments: 3,
  /** Contributor: u32 length of the rows ‖ rows ‖ registration. */
  rows: 4,
  /** User: u32 request ‖ u16 module ‖ inputs. */
  apply: 5,
  /** Contributor: u32 request ‖ outputs. */
  delta: 6,
  /** User: nothing. The session is over. */
  finish: 7,
  /** Contributor: SHA-256 of all inputs and outputs of the session, by module. */
  finished: 8,
  /** Either: text. The connection ends. */
  error: 15,
} as const;
export type FrameType = (typeof FrameType)[keyof typeof FrameType];

export interface Frame {
  readonly type: number;
  readonly payload: Uint8Array;
}

const LENGTH_BYTES = 4;
const HEAD_BYTES = 2;

export function encodeFrame(type: FrameType, ...payload: readonly Uint8Array[]): Buffer {
  const size = payload.reduce((sum, part) => sum + part.length, HEAD_BYTES);
  if (LENGTH_BYTES + size > FRAME_BYTES_MAX) throw new LoraError('limitReached', `a frame of ${LENGTH_BYTES + size} bytes, at most ${FRAME_BYTES_MAX}`);
  const head = Buffer.alloc(LENGTH_BYTES + HEAD_BYTES);
  head.writeUInt32BE(size);
  head[LENGTH_BYTES] = WIRE_VERSION;
  head[LENGTH_BYTES + 1] = type;
  return Buffer.concat([head, ...payload]);
}

export function errorFrame(message: string): Buffer {
  return encodeFrame(FrameType.error, Buffer.from(message).subarray(0, ERROR_TEXT_BYTES_MAX));
}

/** Puts a stream's pieces together. Never holds more than one frame and one piece. */
export class FrameReader {
  #parts: Buffer[] = [];
  #length = 0;

  /** The frames that this piece completes. Throws `LoraError` on one that is too long, too short or of another version. */
  push(piece: Buffer): Frame[] {
    this.#parts.push(piece);
    this.#length += piece.length;
    const frames: Frame[] = [];
    for (;;) {
      if (this.#length < LENGTH_BYTES) return frames;
      if (this.#parts[0]!.length < LENGTH_BYTES) this.#join();
      const size = this.#parts[0]!.readUInt32BE();
      if (size < HEAD_BYTES || LENGTH_BYTES + size > FRAME_BYTES_MAX) {
        throw new LoraError('wrongFrame', `a frame of ${LENGTH_BYTES + size} bytes, expected ${LENGTH_BYTES + HEAD_BYTES} to ${FRAME_BYTES_MAX}`);
      }
      if (this.#length < LENGTH_BYTES + size) return frames;
      this.#join();
      const whole = this.#parts[0]!;
      const [version, type] = [whole[LENGTH_BYTES]!, whole[LENGTH_BYTES + 1]!];
      if (version !== WIRE_VERSION) throw new LoraError('wrongVersion', `version ${version} of the protocol, this is ${WIRE_VERSION}`);
      frames.push({type, payload: new Uint8Array(whole.subarray(LENGTH_BYTES + HEAD_BYTES, LENGTH_BYTES + size))});
      this.#parts = [whole.subarray(LENGTH_BYTES + size)];
      this.#length -= LENGTH_BYTES + size;
    }
  }

  #join(): void {
    if (this.#parts.length > 1) this.#parts = [Buffer.concat(this.#parts)];
  }
}
