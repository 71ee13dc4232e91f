export type EngineErrorCode =
  /** Our own logic or storage contradicts itself. */
  | 'INVARIANT'
  /** The application broke its contract. */
  | 'APPLICATION'
  /** Block store, state store and application cannot be brought together. */
  | 'HANDSHAKE'
  | 'WAL'
  /** Another node may sign with this validator's key. */
  | 'DOUBLE_SIGN_RISK'
  | 'STOPPED';

/** Halts consensus: what follows such an error must not be signed. */
export class EngineError extends Error {
  readonly code: EngineErrorCode;

  constructor(code: EngineErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'EngineError';
    this.code = code;
  }
}
