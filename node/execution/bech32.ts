/** Bech32 (BIP-173), encoding only: how the Cosmos side of the house writes the 20 bytes of an account. */
import type {Address} from './types.ts';

const CHARSET = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3] as const;
const CHECKSUM_LENGTH = 6;
const ACCOUNT_PREFIX = 'qanat';
const PREFIX_STATE = prefixState(ACCOUNT_PREFIX);

/** `0x…` as `qanat1…`. */
export function accountBech32(address: Address): string {
  const words = toWords(Buffer.from(address.slice(2), 'hex'));
  let checksum = PREFIX_STATE;
  for (const word of words) checksum = polymod(checksum, word);
  for (let i = 0; i < CHECKSUM_LENGTH; i++) checksum = polymod(checksum, 0);
  checksum ^= 1;
  let text = `${ACCOUNT_PREFIX}1`;
  for (const word of words) text += CHARSET[word];
  for (let i = CHECKSUM_LENGTH - 1; i >= 0; i--) text += CHARSET[(checksum >>> (5 * i)) & 31];
  return text;
}

function prefixState(prefix: string): number {
  const codes = [...prefix].map((character) => character.charCodeAt(0));
  let state = 1;
  for (const value of [...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31)]) state = polymod(state, value);
  return state;
}

function polymod(state: number, value: number): number {
  const top = state >>> 25;
  let next = ((state & 0x1ffffff) << 5) ^ value;
  for (let i = 0; i < GENERATOR.length; i++) if (((top >>> i) & 1) === 1) next ^= GENERATOR[i]!;
  return next;
}

/** Groups of five bits, the last one filled up with zeros. */
function toWords(bytes: Uint8Array): number[] {
  const words: number[] = [];
  let buffer = 0;
  let bits = 0;
  for (const byte of bytes) {
    buffer = (buffer << 8) | byte;
    for (bits += 8; bits >= 5; ) {
      bits -= 5;
      words.push((buffer >>> bits) & 31);
    }
    buffer &= (1 << bits) - 1;
  }
  if (bits > 0) words.push((buffer << (5 - bits)) & 31);
  return words;
}
