export type StorageErrorCode = 'home-locked' | 'database-locked' | 'database-corrupt' | 'database-unavailable' | 'database-version';

export class StorageError extends Error {
  readonly code: StorageErrorCode;
  constructor(code: StorageErrorCode, message: string) {
    super(message);
    this.name = 'StorageError';
    this.code = code;
  }
}
