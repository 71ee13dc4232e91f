/** Accounts at rest: geth's keystore V3 (Web3 Secret Storage), which geth, cast and wallets open. */
import {randomBytes, randomUUID} from 'node:crypto';
import {bytesToHex, keccak256} from '#node/execution';
import {concatBytes} from '#proto';
import {accountAddress} from './account.ts';
import {checkMac, decrypt, encrypt, IV_BYTES} from './cipher.ts';
import {asRecord, deriveKey, hexBytes, malformed, newScryptParams, type ScryptCost} from './kdf.ts';
import {SECRET_BYTES_MAX} from './limits.ts';

const VERSION = 3;
const PRIVATE_KEY_BYTES = 32;

export async function encodeGethV3(privateKey: Uint8Array, passphrase: string, cost?: ScryptCost): Promise<string> {
  const kdfparams = newScryptParams(cost);
  const derived = await deriveKey('scrypt', kdfparams, Buffer.from(passphrase, 'utf8'));
  const iv = randomBytes(IV_BYTES);
  const ciphertext = encrypt(derived, iv, privateKey);
  const keystore = {
    address: accountAddress(privateKey).slice(2),
    crypto: {
      cipher: 'aes-128-ctr',
      ciphertext: toHex(ciphertext),
      cipherparams: {iv: toHex(iv)},
      kdf: 'scrypt',
      kdfparams,
      mac: toHex(mac(derived, ciphertext)),
    },
    id: randomUUID(),
    version: VERSION,
  };
  return `${JSON.stringify(keystore)}\n`;
}

/** The private key. @throws KeyError MALFORMED or WRONG_PASSPHRASE */
export async function decodeGethV3(value: unknown, passphrase: string): Promise<Uint8Array> {
  const file = asRecord(value, 'the keystore');
  if (file['version'] !== VERSION) throw malformed(`version must be ${VERSION}`);
  // Old files of other tools write `Crypto`.
  const crypto = asRecord(file['crypto'] ?? file['Crypto'], 'crypto');
  const ciphertext = hexBytes(crypto['ciphertext'], 'ciphertext', SECRET_BYTES_MAX);
  const expected = hexBytes(crypto['mac'], 'mac', SECRET_BYTES_MAX);
  const derived = await deriveKey(crypto['kdf'], crypto['kdfparams'], Buffer.from(passphrase, 'utf8'));
  checkMac(mac(derived, ciphertext), expected);
  const privateKey = decrypt(derived, crypto['cipher'], crypto['cipherparams'], ciphertext);
  if (privateKey.length !== PRIVATE_KEY_BYTES) throw malformed(`the key has ${privateKey.length} bytes, not ${PRIVATE_KEY_BYTES}`);
  const address = file['address'];
  if (typeof address === 'string' && bytesToHex(hexBytes(address, 'address', SECRET_BYTES_MAX)) !== accountAddress(privateKey)) {
    throw malformed('the address does not belong to the key');
  }
  return privateKey;
}

/** The address that a file names, without opening it. */
export function addressOfGethV3(value: unknown): string {
  return bytesToHex(hexBytes(asRecord(value, 'the keystore')['address'], 'address', SECRET_BYTES_MAX));
}

function mac(derived: Uint8Array, ciphertext: Uint8Array): Uint8Array {
  return keccak256(concatBytes(derived.subarray(16, 32), ciphertext));
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
