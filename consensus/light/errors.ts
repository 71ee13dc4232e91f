/** What stops a light client, and what a provider may answer instead of a light block. */
import type {LightClientAttackEvidence} from '#proto';

export type LightClientErrorCode =
  | 'INVALID_OPTIONS'
  /** A provider's header at the trusted height is not the one the operator trusts. */
  | 'TRUSTED_HASH_MISMATCH'
  /** A header is older than the trusting period: nothing can be concluded from it. */
  | 'EXPIRED'
  | 'INVALID_HEADER'
  /** Too little of the trusted power signed; a header in between decides. */
  | 'NOT_ENOUGH_TRUST'
  /** Two conflicting headers were verified. The client stops: one of its providers, and +1/3 of the power behind it, lies. */
  | 'ATTACK'
  | 'NO_WITNESSES'
  /** No witness confirmed the header. */
  | 'NOT_CROSS_CHECKED'
  /** Primary and witnesses have no answer. */
  | 'NO_PROVIDER'
  | 'INVALID_HEIGHT'
  /** More work than a named limit allows. */
  | 'TOO_FAR'
  | 'STORE'
  | 'STOPPED';

export interface LightClientErrorData {
  readonly height?: bigint;
  readonly provider?: string;
  readonly evidence?: readonly LightClientAttackEvidence[];
}

export class LightClientError extends Error {
  readonly code: LightClientErrorCode;
  readonly data: LightClientErrorData;

  constructor(code: LightClientErrorCode, message: string, data: LightClientErrorData = {}, options?: ErrorOptions) {
    super(message, options);
    this.name = 'LightClientError';
    this.code = code;
    this.data = data;
  }
}

/** The first three are nobody's fault; a provider with one of the others is dropped (CometBFT light/provider/errors.go). */
export type ProviderErrorCode = 'NO_RESPONSE' | 'NOT_FOUND' | 'HEIGHT_TOO_HIGH' | 'BAD_LIGHT_BLOCK' | 'UNRELIABLE' | 'ABORTED';

export class ProviderError extends Error {
  readonly code: ProviderErrorCode;

  constructor(code: ProviderErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ProviderError';
    this.code = code;
  }

  get isBenign(): boolean {
    return this.code === 'NO_RESPONSE' || this.code === 'NOT_FOUND' || this.code === 'HEIGHT_TOO_HIGH';
  }
}
