/** Named bounds of the off-chain services. Everything read from disk or from a chain is held against them. */

/** A network may have 1 to 8 dense layers. */
export const LAYER_COUNT_MAX = 8;
/** Widest layer, in units; also the most inputs and outputs a model may publish. */
export const LAYER_WIDTH_MAX = 64;
/** Weights and biases in all: a circuit spends about ten constraints on each. */
export const PARAMETER_COUNT_MAX = 4096;
/** Bits of an input, weight or bias, sign included. */
export const INTEGER_BITS_MAX = 32;
/** Bits of an accumulator: far below the 254-bit field, and exact as a bigint in any case. */
export const ACCUMULATOR_BITS_MAX = 120;
/** Constraints that a development set-up will take on: 2^16 rows take about a minute on two cores. */
export const CONSTRAINT_COUNT_MAX = 1 << 16;

/** Largest manifest, secret or state file read, in bytes. */
export const JSON_FILE_BYTES_MAX = 1 << 20;
/** Largest compiled circuit, witness program or proving key read, in bytes. */
export const ARTEFACT_BYTES_MAX = 1 << 29;
/** Packages that a models folder may hold; further ones are named in the log and left alone. */
export const PACKAGE_COUNT_MAX = 256;

/** Time that the circuit compiler may take, in milliseconds. */
export const COMPILE_TIMEOUT_MS = 300_000;
/** Time that a single proof may take, in milliseconds. */
export const PROVE_TIMEOUT_MS = 300_000;
/** Output of a child process that is kept for an error message, in characters. */
export const CHILD_OUTPUT_CHARS_MAX = 64_000;

/** Requests waiting to be proven; the log scan stops at this many and goes on when there is room. */
export const REQUEST_QUEUE_MAX = 256;
/** Blocks asked for in one eth_getLogs. */
export const LOG_RANGE_BLOCKS_MAX = 1_000n;
/** Attempts to answer one request before it is left until the service starts again. */
export const ANSWER_ATTEMPTS_MAX = 5;
/** Pause between two looks at the chain, in milliseconds. */
export const POLL_INTERVAL_MS = 200;
/** Longest pause between two attempts to reach a node that does not answer, in milliseconds. */
export const RECONNECT_DELAY_MAX_MS = 5_000;
/** Time that a node has to answer one call, in milliseconds. */
export const RPC_TIMEOUT_MS = 10_000;
/** Requests of models that this service does not have, remembered in case their package is added later. */
export const UNCLAIMED_REQUEST_COUNT_MAX = 1_024;
/** Listings remembered; the oldest is read again when it is needed. */
export const LISTING_CACHE_SIZE_MAX = 1_024;
/** Gas that an answer is expected to use besides its callback, for the decision whether the fee covers it. */
export const ANSWER_GAS_ESTIMATE = 1_000_000n;

/** Largest dataset read, in bytes. */
export const DATASET_BYTES_MAX = 16 << 20;
export const DATASET_ROW_COUNT_MAX = 100_000;
export const DATASET_CLASS_COUNT_MAX = 64;
