/** Byte strings: hex, comparison, joining. Nothing here knows about the chain. */
import {createHash, hash} from 'node:crypto';

export {EMPTY_BYTES} from './wire.ts';

const HEX = /^(?:[0-9a-fA-F]{2})*$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Lower case, no prefix. */
export function toHex(bytes: Uint8Array): string {
  return asBuffer(bytes).toString('hex');
}

/** Upper case, no prefix: how CometBFT shows hashes and addresses. */
export function toHexUpper(bytes: Uint8Array): string {
  return toHex(bytes).toUpperCase();
}

/**
 * Hex digits of either case, with or without 0x.
 * @throws RangeError when it is not whole bytes of hex.
 */
export function fromHex(hex: string): Uint8Array {
  const digits = hex.startsWith('0x') || hex.startsWith('0X') ? hex.slice(2) : hex;
  if (!HEX.test(digits)) throw new RangeError('not a hex string of whole bytes');
  return Uint8Array.from(Buffer.from(digits, 'hex'));
}

export function toBase64(bytes: Uint8Array): string {
  return asBuffer(bytes).toString('base64');
}

/**
 * Standard alphabet with padding.
 * @throws RangeError when it is anything else.
 */
export function fromBase64(text: string): Uint8Array {
  if (!BASE64.test(text)) throw new RangeError('not base64');
  return Uint8Array.from(Buffer.from(text, 'base64'));
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && Buffer.compare(a, b) === 0;
}

/** Lexicographic, as Go's bytes.Compare. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  return Buffer.compare(a, b);
}

export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    out.set(part, offset);
    offset += part.length;
  }
  return out;
}

export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

const SCRATCH = new Uint8Array(256);

/** SHA-256 of the concatenation of `parts`. */
export function sha256(...parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return digestToBytes(hash('sha256', parts[0] as Uint8Array, 'binary'));
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  if (length > SCRATCH.length) {
    const hasher = createHash('sha256');
    for (const part of parts) hasher.update(part);
    return new Uint8Array(hasher.digest());
  }
  let offset = 0;
  for (const part of parts) {
    SCRATCH.set(part, offset);
    offset += part.length;
  }
  return digestToBytes(hash('sha256', SCRATCH.subarray(0, length), 'binary'));
}

// Half the time of asking OpenSSL's binding for a Buffer, which counts in Merkle trees of thousands of leaves.
function digestToBytes(digest: string): Uint8Array {
  const out = new Uint8Array(digest.length);
  for (let i = 0; i < out.length; i++) out[i] = digest.charCodeAt(i);
  return out;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
