export type KeyErrorCode =
  /** Not a key file, or one that we cannot read. */
  | 'MALFORMED'
  | 'WRONG_PASSPHRASE'
  /** The key is encrypted, or is to be, and nobody gave a passphrase. */
  | 'NO_PASSPHRASE'
  | 'EXISTS'
  | 'NOT_FOUND';

/** The message is for the operator and never holds key material. */
export class KeyError extends Error {
  readonly code: KeyErrorCode;

  constructor(code: KeyErrorCode, message: string) {
    super(message);
    this.name = 'KeyError';
    this.code = code;
  }
}
