export type SignerErrorCode =
  /** The message is of an earlier height, round or step than one already signed. */
  | 'REGRESSION'
  /** Another message was signed for this height, round and step. */
  | 'CONFLICT'
  | 'INVALID_KEY'
  /** The last-sign state cannot be read: signing without it could equivocate. */
  | 'CORRUPT_STATE';

export class SignerError extends Error {
  readonly code: SignerErrorCode;

  constructor(code: SignerErrorCode, message: string) {
    super(message);
    this.name = 'SignerError';
    this.code = code;
  }
}
