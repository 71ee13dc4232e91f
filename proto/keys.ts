/**
 * ed25519 by node:crypto (OpenSSL).
 *
 * CometBFT in Go verifies by ZIP-215, which accepts more: non-canonical points and signatures that differ by a small-order
 * component. OpenSSL checks the cofactorless equation against the canonical encoding of R, so what passes here passes there, and a commit
 * made by this chain verifies in every CometBFT light client. The converse does not hold for maliciously made signatures.
 * @see https://zips.z.cash/zip-0215
 */
import {createPublicKey, verify, type KeyObject} from 'node:crypto';
import {concatBytes, fromHex, sha256} from './bytes.ts';
import {ADDRESS_BYTES, PUBLIC_KEY_BYTES, PUBLIC_KEY_CACHE_MAX} from './limits.ts';

/** DER of a SubjectPublicKeyInfo for ed25519 (RFC 8410) up to the key's 32 bytes. */
const SPKI_PREFIX = fromHex('302a300506032b6570032100');
const SIGNATURE_BYTES = 64;

const keyObjects = new Map<string, KeyObject>();

/** The first 20 bytes of the key's SHA-256. */
export function addressOf(publicKey: Uint8Array): Uint8Array {
  return sha256(publicKey).slice(0, ADDRESS_BYTES);
}

/** false for anything that is not a valid signature, whatever its shape. */
export function verifySignature(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== PUBLIC_KEY_BYTES || signature.length !== SIGNATURE_BYTES) return false;
  try {
    return verify(null, message, keyObjectOf(publicKey), signature);
  } catch {
    return false;
  }
}

/** As `verifySignature`, on a thread of the pool that node:crypto keeps. */
export function verifySignatureInBackground(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): Promise<boolean> {
  if (publicKey.length !== PUBLIC_KEY_BYTES || signature.length !== SIGNATURE_BYTES) return Promise.resolve(false);
  return new Promise((resolve) => {
    try {
      verify(null, message, keyObjectOf(publicKey), signature, (error, isRight) => resolve(error === null && isRight));
    } catch {
      resolve(false);
    }
  });
}

// Parsing a key costs a good part of a verification, and the same few validators sign everything.
function keyObjectOf(publicKey: Uint8Array): KeyObject {
  const id = Buffer.from(publicKey).toString('latin1');
  const known = keyObjects.get(id);
  if (known !== undefined) return known;
  const key = createPublicKey({key: Buffer.from(concatBytes(SPKI_PREFIX, publicKey)), format: 'der', type: 'spki'});
  const oldest = keyObjects.size >= PUBLIC_KEY_CACHE_MAX ? keyObjects.keys().next() : undefined;
  if (oldest?.done === false) keyObjects.delete(oldest.value);
  keyObjects.set(id, key);
  return key;
}
