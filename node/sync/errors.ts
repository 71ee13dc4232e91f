export type StateSyncErrorCode =
  /** The application will have none of it: nothing that peers say helps. */
  | 'ABORTED'
  | 'STOPPED'
  /** The servers of the light client do not answer at the moment: nothing is said about what was asked. */
  | 'UNAVAILABLE'
  /** The light client and the genesis document do not fit together. */
  | 'UNVERIFIED';

export class StateSyncError extends Error {
  readonly code: StateSyncErrorCode;

  constructor(code: StateSyncErrorCode, message: string) {
    super(message);
    this.name = 'StateSyncError';
    this.code = code;
  }
}
