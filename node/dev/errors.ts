export type DevErrorCode = 'refused' | 'limit-exceeded';

/** What a development chain does not do, in words for its user. */
export class DevError extends Error {
  override readonly name = 'DevError';
  readonly code: DevErrorCode;

  constructor(code: DevErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
