export type ConsensusErrorCode =
  | 'EMPTY_VALIDATOR_SET'
  | 'NON_POSITIVE_TIMES'
  | 'INVALID_VALIDATOR_CHANGE'
  | 'VOTING_POWER_OVERFLOW'
  | 'INVARIANT';

/** A broken rule of the pure core. In the engine it halts consensus: peers' input is checked before it gets here. */
export class ConsensusError extends Error {
  readonly code: ConsensusErrorCode;

  constructor(code: ConsensusErrorCode, message: string) {
    super(message);
    this.name = 'ConsensusError';
    this.code = code;
  }
}

export function assertNever(value: never): never {
  throw new ConsensusError('INVARIANT', `unexpected variant ${JSON.stringify(value)}`);
}
