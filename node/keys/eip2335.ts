/**
 * Validator keys at rest: EIP-2335 keystores (scrypt or pbkdf2, aes-128-ctr, SHA-256 checksum). The secret is the 32-byte ed25519 seed
 * and `path` is empty, since the key is derived from nothing (ADR 0015).
 */
import {createHash, randomBytes, randomUUID} from 'node:crypto';
import {checkMac, decrypt, encrypt, IV_BYTES} from './cipher.ts';
import {asRecord, deriveKey, hexBytes, malformed, newScryptParams, type ScryptCost} from './kdf.ts';
import {SECRET_BYTES_MAX} from './limits.ts';

const VERSION = 4;

export interface Eip2335Keystore {
  readonly secret: Uint8Array;
  /** As the file says; empty when it does not. */
  readonly publicKey: string;
}

export async function encodeEip2335(
  {secret, publicKey, description}: {readonly secret: Uint8Array; readonly publicKey: Uint8Array; readonly description: string},
  passphrase: string,
  cost?: ScryptCost,
): Promise<string> {
  const params = newScryptParams(cost);
  const derived = await deriveKey('scrypt', params, passwordBytes(passphrase));
  const iv = randomBytes(IV_BYTES);
  const message = encrypt(derived, iv, secret);
  const keystore = {
    crypto: {
      kdf: {function: 'scrypt', params, message: ''},
      checksum: {function: 'sha256', params: {}, message: toHex(checksum(derived, message))},
      cipher: {function: 'aes-128-ctr', params: {iv: toHex(iv)}, message: toHex(message)},
    },
    description,
    pubkey: toHex(publicKey),
    path: '',
    uuid: randomUUID(),
    version: VERSION,
  };
  return `${JSON.stringify(keystore, undefined, 2)}\n`;
}

/** Does this JSON value claim to be such a keystore? */
export function isEip2335(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'crypto' in value && (value as {version?: unknown}).version === VERSION;
}

/** @throws KeyError MALFORMED or WRONG_PASSPHRASE */
export async function decodeEip2335(value: unknown, passphrase: string): Promise<Eip2335Keystore> {
  const file = asRecord(value, 'the keystore');
  if (file['version'] !== VERSION) throw malformed(`version must be ${VERSION}`);
  const crypto = asRecord(file['crypto'], 'crypto');
  const kdf = asRecord(crypto['kdf'], 'crypto.kdf');
  const sum = asRecord(crypto['checksum'], 'crypto.checksum');
  const cipher = asRecord(crypto['cipher'], 'crypto.cipher');
  if (sum['function'] !== 'sha256') throw malformed('the checksum must be sha256');
  const message = hexBytes(cipher['message'], 'crypto.cipher.message', SECRET_BYTES_MAX);
  const expected = hexBytes(sum['message'], 'crypto.checksum.message', SECRET_BYTES_MAX);
  const derived = await deriveKey(kdf['function'], kdf['params'], passwordBytes(passphrase));
  checkMac(checksum(derived, message), expected);
  const publicKey = file['pubkey'];
  return {
    secret: decrypt(derived, cipher['function'], cipher['params'], message),
    publicKey: typeof publicKey === 'string' ? publicKey : '',
  };
}

/** EIP-2335: NFKD, without C0, C1 and Delete control codes. */
function passwordBytes(passphrase: string): Uint8Array {
  return Buffer.from(passphrase.normalize('NFKD').replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, ''), 'utf8');
}

function checksum(derived: Uint8Array, message: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(derived.subarray(16, 32)).update(message).digest());
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
