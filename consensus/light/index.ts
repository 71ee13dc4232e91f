/** The light client: follows a chain by its headers alone. Source: CometBFT `light/`, `spec/light-client`. */
export {LightClient} from './client.ts';
export {COMET_ENCODING, type ChainEncoding} from './encoding.ts';
export {lightClientAttackEvidence} from './evidence.ts';
export {LightClientError, ProviderError, type LightClientErrorCode, type LightClientErrorData, type ProviderErrorCode} from './errors.ts';
export {HttpProvider} from './http/provider.ts';
export {RpcFailure, RpcTransport, type RpcTransportOptions} from './http/transport.ts';
export * as lightLimits from './limits.ts';
export type {LightClientModules, LightClientOptions, TrustOptions} from './options.ts';
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
