/** Named bounds of adapters, packages, sessions and the protocol between contributors and users. */

export const ADAPTER_CONFIG_BYTES_MAX = 1 << 20;
/** A rank-16 adapter of all attention matrices of a 7-billion model has 80 MB. */
export const SAFETENSORS_BYTES_MAX = 512 << 20;
export const SAFETENSORS_HEADER_BYTES_MAX = 4 << 20;
export const TENSOR_COUNT_MAX = 4_096;

/** Bytes of one frame, header included. */
export const FRAME_BYTES_MAX = 16 << 20;
/** Text of an error that a peer sends. */
export const ERROR_TEXT_BYTES_MAX = 1_024;
/** Connections that a contributor serves at the same time. */
export const CONNECTION_COUNT_MAX = 64;
/** Tokens of one request for a module's output. */
export const REQUEST_TOKEN_COUNT_MAX = 256;
/** Tokens of all modules in one session, and their inputs and outputs in bytes. */
export const SESSION_TOKEN_COUNT_MAX = 1 << 20;
export const SESSION_BYTES_MAX = 256 << 20;
/** Requests of one connection that wait for an answer: a peer that sends more is cut off. */
export const PENDING_REQUEST_COUNT_MAX = 32;
/** Tokens of one proof. */
export const PROOF_TOKEN_COUNT_MAX = 256;
/** A peer that says nothing for so long is given up, in milliseconds. */
export const PEER_TIMEOUT_MS = 30_000;
/** Contributors of one inference. */
export const CONTRIBUTOR_COUNT_MAX = 64;
