/** The light client: follows a chain by its headers alone. Source: CometBFT `light/`, `spec/light-client`. */
export {COMET_ENCODING, type ChainEncoding} from './encoding.ts';
export {LightClientError, ProviderError, type LightClientErrorCode, type LightClientErrorData, type ProviderErrorCode} from './errors.ts';
export type {LightClock, LightKeyValueStore, LightLogger, Provider} from './ports.ts';
export {
  DEFAULT_TRUST_LEVEL,
  isHeaderExpired,
  lightBlockProblem,
  ownQuorum,
  validateTrustLevel,
  verify,
  verifyAdjacent,
  verifyBackwards,
  verifyNonAdjacent,
  type Refusal,
  type VerificationOptions,
} from './verifier.ts';
