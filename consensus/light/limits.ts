/** Bounds of the light client. */

/** Witnesses of one client; each costs one request per verified height. */
export const WITNESSES_MAX = 32;
/** Headers asked of a provider for one skipping verification. Valset churn needs about log2 of the distance; a liar wants more. */
export const BISECTION_REQUESTS_MAX = 1_000;
/** Headers of one sequential stretch: the trace is kept until the witnesses agreed to its end. Longer distances are walked in stretches. */
export const SEQUENTIAL_STRETCH_HEADERS = 1_000;
/** Headers walked back by hash from the lowest trusted one. */
export const BACKWARDS_HEADERS_MAX = 100_000;
/** Replacements of the primary within one verification: each provider once, and once more as a former primary. */
export const REPLACEMENTS_PER_VERIFICATION_MAX = 2 * WITNESSES_MAX;
/** Light blocks kept (CometBFT light defaultPruningSize). */
export const TRUSTED_BLOCKS_DEFAULT = 1_000;
export const TRUSTED_BLOCKS_MAX = 1_000_000;
/** CometBFT light defaultMaxClockDrift and defaultMaxBlockLag. */
export const MAX_CLOCK_DRIFT_DEFAULT_MS = 10_000;
export const MAX_BLOCK_LAG_DEFAULT_MS = 10_000;
/** A longer drift would let a primary serve headers from far in the future. */
export const MAX_CLOCK_DRIFT_MAX_MS = 600_000;
/** A timer cannot wait longer (int32 milliseconds); blocks further apart are no chain to follow live. */
export const MAX_BLOCK_LAG_MAX_MS = 600_000;

/** One answer of a provider's RPC, in bytes of JSON: 10,000 signatures of a commit stay below 4 MiB. */
export const RPC_RESPONSE_BYTES_MAX = 8 * 1024 * 1024;
/** CometBFT's 5 s per request; 0 would never end. */
export const RPC_TIMEOUT_DEFAULT_MS = 5_000;
export const RPC_TIMEOUT_MAX_MS = 120_000;
/** CometBFT's largest page of `validators`, and pages enough for the largest set. */
export const VALIDATORS_PER_PAGE = 100;
export const VALIDATOR_PAGES_MAX = 100;
/** Of a provider's message that is repeated in ours. */
export const RPC_ERROR_TEXT_MAX = 300;
/** How often a witness that is behind is asked again, within twice the drift and the lag. */
export const WITNESS_POLL_MS = 500;
