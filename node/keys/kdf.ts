/** Key derivation of keystore files. Parameters come from a file, so every one is bounded before any work is done. */
import {pbkdf2, scrypt, randomBytes} from 'node:crypto';
import {promisify} from 'node:util';
import {KeyError} from './errors.ts';
import {PBKDF2_ITERATIONS_MAX, SALT_BYTES_MAX, SCRYPT_BYTES_MAX, SCRYPT_PARALLELISM_MAX} from './limits.ts';

const DERIVED_BYTES = 32;
/** geth's StandardScryptN and StandardScryptP: about a second and 256 MiB per guess. */
const SCRYPT_STANDARD = {n: 262_144, r: 8, p: 1} as const;

export interface ScryptParams {
  readonly dklen: number;
  readonly n: number;
  readonly r: number;
  readonly p: number;
  readonly salt: string;
}

/** Strength of scrypt for new files. Tests take less; nobody else should. */
export type ScryptCost = Pick<ScryptParams, 'n' | 'r' | 'p'>;

const scryptAsync = promisify(scrypt) as (password: Uint8Array, salt: Uint8Array, bytes: number, options: object) => Promise<Buffer>;
const pbkdf2Async = promisify(pbkdf2);

/** Parameters for a new file: a fresh salt. */
export function newScryptParams(cost: ScryptCost = SCRYPT_STANDARD): ScryptParams {
  return {dklen: DERIVED_BYTES, ...cost, salt: randomBytes(DERIVED_BYTES).toString('hex')};
}

/** @throws KeyError MALFORMED when the parameters are not those of `scrypt` or `pbkdf2` within our bounds. */
export async function deriveKey(kdf: unknown, params: unknown, password: Uint8Array): Promise<Uint8Array> {
  const record = asRecord(params, 'kdf parameters');
  if (whole(record, 'dklen', DERIVED_BYTES) !== DERIVED_BYTES) throw malformed(`dklen must be ${DERIVED_BYTES}`);
  const salt = hexBytes(record['salt'], 'salt', SALT_BYTES_MAX);
  if (kdf === 'scrypt') {
    const n = whole(record, 'n', SCRYPT_BYTES_MAX);
    const r = whole(record, 'r', SCRYPT_BYTES_MAX);
    const p = whole(record, 'p', SCRYPT_PARALLELISM_MAX);
    const memory = 128 * n * r;
    if (n < 2 || (n & (n - 1)) !== 0) throw malformed('scrypt n must be a power of two');
    // RFC 7914; OpenSSL holds to it, some old tools did not.
    if (n >= 2 ** Math.min(16 * r, 52)) throw malformed(`scrypt n must be below 2^${16 * r} with r ${r}`);
    if (memory > SCRYPT_BYTES_MAX) throw malformed(`scrypt would take ${memory} bytes of memory, at most ${SCRYPT_BYTES_MAX} are given`);
    // OpenSSL counts some memory besides that of the table.
    return new Uint8Array(await scryptAsync(password, salt, DERIVED_BYTES, {N: n, r, p, maxmem: 2 * memory + 1_048_576}));
  }
  if (kdf === 'pbkdf2') {
    if (record['prf'] !== 'hmac-sha256') throw malformed('pbkdf2 must use hmac-sha256');
    return new Uint8Array(await pbkdf2Async(password, salt, whole(record, 'c', PBKDF2_ITERATIONS_MAX), DERIVED_BYTES, 'sha256'));
  }
  throw malformed('the kdf must be scrypt or pbkdf2');
}

export function asRecord(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed(`${what} must be an object`);
  return value as Readonly<Record<string, unknown>>;
}

/** Hex with or without 0x, not empty. */
export function hexBytes(value: unknown, what: string, bytesMax: number): Uint8Array {
  if (typeof value !== 'string' || !/^(0x)?([0-9a-fA-F]{2})+$/.test(value)) throw malformed(`${what} must be hex`);
  const bytes = Buffer.from(value.startsWith('0x') ? value.slice(2) : value, 'hex');
  if (bytes.length > bytesMax) throw malformed(`${what} has ${bytes.length} bytes, at most ${bytesMax} are taken`);
  return new Uint8Array(bytes);
}

export function malformed(problem: string): KeyError {
  return new KeyError('MALFORMED', problem);
}

function whole(record: Readonly<Record<string, unknown>>, name: string, max: number): number {
  const value = record[name];
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1 || value > max) throw malformed(`${name} must be a whole number from 1 to ${max}`);
  return value;
}
