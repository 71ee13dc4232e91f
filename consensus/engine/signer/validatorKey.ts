/** A validator's ed25519 key, in the format of CometBFT's priv_validator_key.json. */
import {createPrivateKey, createPublicKey, randomBytes, sign, type KeyObject} from 'node:crypto';
import {addressOf, concatBytes, equalBytes, fromBase64, fromHex, toBase64, toHexUpper} from '#proto';
import {SignerError} from './errors.ts';

/** DER of a PKCS#8 ed25519 private key (RFC 8410) up to the 32 bytes of the seed. */
const PKCS8_PREFIX = fromHex('302e020100300506032b657004220420');
const SEED_BYTES = 32;
const KEY_BYTES = 32;

const PUBLIC_KEY_TYPE = 'tendermint/PubKeyEd25519';
const PRIVATE_KEY_TYPE = 'tendermint/PrivKeyEd25519';

export class ValidatorKey {
  readonly publicKey: Uint8Array;
  /** First 20 bytes of the SHA-256 of the public key. */
  readonly address: Uint8Array;
  readonly #seed: Uint8Array;
  readonly #privateKey: KeyObject;

  /** @param seed 32 bytes. */
  constructor(seed: Uint8Array) {
    if (seed.length !== SEED_BYTES) throw new SignerError('INVALID_KEY', `an ed25519 seed has ${SEED_BYTES} bytes, not ${seed.length}`);
    this.#seed = seed.slice();
    this.#privateKey = createPrivateKey({key: Buffer.from(concatBytes(PKCS8_PREFIX, seed)), format: 'der', type: 'pkcs8'});
    const spki = createPublicKey(this.#privateKey).export({format: 'der', type: 'spki'});
    this.publicKey = Uint8Array.from(spki.subarray(spki.length - KEY_BYTES));
    this.address = addressOf(this.publicKey);
  }

  static generate(): ValidatorKey {
    return new ValidatorKey(randomBytes(SEED_BYTES));
  }

  /** @throws SignerError INVALID_KEY; its message never holds key material. */
  static fromJson(text: string): ValidatorKey {
    let value: unknown;
    try {
      const parsed = JSON.parse(text) as {priv_key?: {type?: unknown; value?: unknown}} | null;
      if (parsed?.priv_key?.type !== PRIVATE_KEY_TYPE) throw new SignerError('INVALID_KEY', `priv_key is not of type ${PRIVATE_KEY_TYPE}`);
      value = parsed.priv_key.value;
    } catch (error) {
      if (error instanceof SignerError) throw error;
      throw new SignerError('INVALID_KEY', 'the validator key file is not JSON');
    }
    const bytes = typeof value === 'string' ? tryBase64(value) : undefined;
    if (bytes?.length !== SEED_BYTES + KEY_BYTES) throw new SignerError('INVALID_KEY', 'priv_key does not hold 64 bytes of base64');
    const key = new ValidatorKey(bytes.subarray(0, SEED_BYTES));
    if (!equalBytes(key.publicKey, bytes.subarray(SEED_BYTES))) {
      throw new SignerError('INVALID_KEY', 'the two halves of priv_key do not belong together');
    }
    return key;
  }

  /** A copy of the 32 secret bytes, for the encryption of the key file. */
  seed(): Uint8Array {
    return this.#seed.slice();
  }

  toJson(): string {
    const privateKey = concatBytes(this.#seed, this.publicKey);
    return `${JSON.stringify(
      {
        address: toHexUpper(this.address),
        pub_key: {type: PUBLIC_KEY_TYPE, value: toBase64(this.publicKey)},
        priv_key: {type: PRIVATE_KEY_TYPE, value: toBase64(privateKey)},
      },
      undefined,
      2,
    )}\n`;
  }

  sign(message: Uint8Array): Uint8Array {
    return new Uint8Array(sign(null, message, this.#privateKey));
  }
}

function tryBase64(text: string): Uint8Array | undefined {
  try {
    return fromBase64(text);
  } catch {
    return undefined;
  }
}
