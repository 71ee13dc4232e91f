/** Fixed-size big-endian integers and hex. */
export type Hex = `0x${string}`;

export const WORD_BYTES = 32;

/** `value` as 32 big-endian bytes at `offset` of `target`. The caller has bounded it below 2^256. */
export function writeWord(target: Uint8Array, offset: number, value: bigint): void {
  for (let i = WORD_BYTES - 1; i >= 0; i--) {
    target[offset + i] = Number(value & 0xffn);
    value >>= 8n;
  }
}

/** The 32 big-endian bytes at `offset`. */
export function readWord(bytes: Uint8Array, offset: number): bigint {
  let value = 0n;
  for (let i = 0; i < WORD_BYTES; i += 4) {
    const at = offset + i;
    const part = ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
    value = (value << 32n) | BigInt(part);
  }
  return value;
}

export function toHex(bytes: Uint8Array): Hex {
  let hex = '0x';
  for (const byte of bytes) hex += byte.toString(16).padStart(2, '0');
  return hex as Hex;
}
