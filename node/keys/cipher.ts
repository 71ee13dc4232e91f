/** What both keystore formats share: aes-128-ctr under the first half of the derived key; the second half proves the passphrase. */
import {createCipheriv, createDecipheriv, timingSafeEqual} from 'node:crypto';
import {KeyError} from './errors.ts';
import {asRecord, hexBytes, malformed} from './kdf.ts';

const CIPHER = 'aes-128-ctr';
export const IV_BYTES = 16;

export function encrypt(derived: Uint8Array, iv: Uint8Array, secret: Uint8Array): Uint8Array {
  const cipher = createCipheriv(CIPHER, derived.subarray(0, 16), iv);
  return new Uint8Array(Buffer.concat([cipher.update(secret), cipher.final()]));
}

export function decrypt(derived: Uint8Array, name: unknown, params: unknown, message: Uint8Array): Uint8Array {
  if (name !== CIPHER) throw malformed(`the cipher must be ${CIPHER}`);
  const iv = hexBytes(asRecord(params, 'cipher parameters')['iv'], 'iv', IV_BYTES);
  if (iv.length !== IV_BYTES) throw malformed(`iv must have ${IV_BYTES} bytes`);
  const decipher = createDecipheriv(CIPHER, derived.subarray(0, 16), iv);
  return new Uint8Array(Buffer.concat([decipher.update(message), decipher.final()]));
}

/** @throws KeyError WRONG_PASSPHRASE: a changed file cannot be told from a wrong passphrase. */
export function checkMac(actual: Uint8Array, expected: Uint8Array): void {
  if (actual.length === expected.length && timingSafeEqual(actual, expected)) return;
  throw new KeyError('WRONG_PASSPHRASE', 'the passphrase is wrong, or the file was damaged');
}
