/** priv_validator_key.json, plain (CometBFT's format) or encrypted (EIP-2335). */
import {SignerError, ValidatorKey} from '#consensus/engine';
import {KeyError} from './errors.ts';
import {decodeEip2335, encodeEip2335, isEip2335} from './eip2335.ts';
import {parseKeyJson, readKeyFile, writeKeyFile} from './files.ts';
import type {ScryptCost} from './kdf.ts';

export interface StoredValidatorKey {
  readonly key: ValidatorKey;
  readonly encrypted: boolean;
}

/** Asks for the passphrase only when the file is encrypted. */
export type PassphraseSource = () => Promise<string>;

/**
 * undefined: there is no file (a full node).
 * @throws KeyError; NO_PASSPHRASE, WRONG_PASSPHRASE and MALFORMED name the file.
 */
export async function readValidatorKey(path: string, passphrase: PassphraseSource): Promise<StoredValidatorKey | undefined> {
  const text = readKeyFile(path);
  if (text === undefined) return undefined;
  return decodeValidatorKey(text, path, passphrase);
}

export async function decodeValidatorKey(text: string, path: string, passphrase: PassphraseSource): Promise<StoredValidatorKey> {
  const json = parseKeyJson(text, path);
  try {
    if (!isEip2335(json)) return {key: ValidatorKey.fromJson(text), encrypted: false};
    const {secret, publicKey} = await decodeEip2335(json, await passphrase());
    const key = new ValidatorKey(secret);
    if (publicKey.toLowerCase() !== Buffer.from(key.publicKey).toString('hex')) {
      throw new KeyError('MALFORMED', 'the pubkey does not belong to the encrypted key');
    }
    return {key, encrypted: true};
  } catch (error) {
    if (error instanceof KeyError) throw new KeyError(error.code, `validator key ${path}: ${error.message}`);
    if (error instanceof SignerError) throw new KeyError('MALFORMED', `${path} is not a validator key: ${error.message}`);
    throw error;
  }
}

/** The public half of an encrypted file, without opening it; undefined when the file is not encrypted. */
export function publicKeyOfEncrypted(text: string, path: string): Uint8Array | undefined {
  const json = parseKeyJson(text, path);
  if (!isEip2335(json)) return undefined;
  const {pubkey} = json as {pubkey?: unknown};
  if (typeof pubkey !== 'string' || !/^[0-9a-fA-F]{64}$/.test(pubkey)) throw new KeyError('MALFORMED', `${path}: pubkey must be 32 bytes of hex`);
  return new Uint8Array(Buffer.from(pubkey, 'hex'));
}

export function encryptValidatorKey(key: ValidatorKey, passphrase: string, cost?: ScryptCost): Promise<string> {
  return encodeEip2335({secret: key.seed(), publicKey: key.publicKey, description: 'Qanat validator key (ed25519 seed)'}, passphrase, cost);
}

/** The public half of the key that is here, or of a new one; asks for no passphrase. */
export function loadOrCreateValidatorPublicKey(path: string): Uint8Array {
  const text = readKeyFile(path);
  if (text === undefined) {
    const key = ValidatorKey.generate();
    writeKeyFile(path, key.toJson(), {isNew: true});
    return key.publicKey;
  }
  const stored = publicKeyOfEncrypted(text, path);
  if (stored !== undefined) return stored;
  try {
    return ValidatorKey.fromJson(text).publicKey;
  } catch (error) {
    throw new KeyError('MALFORMED', `${path} is not a validator key: ${(error as Error).message}`);
  }
}
