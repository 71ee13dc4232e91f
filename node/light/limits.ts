/** Bounds of `qanat light`. */

/** One answer of a full node: a block of 8 MiB in base64, with room for its evidence and commit. */
export const NODE_RESPONSE_BYTES_MAX = 32 * 1024 * 1024;
/** Block results or transactions of one answer that are hashed to compare them with a header. */
export const RESULTS_MAX = 100_000;
/** Transactions of one page of tx_search, each of which is proven. */
export const SEARCH_PAGE_MAX = 100;
/** How often the primary is asked for a new header. */
export const FOLLOW_INTERVAL_MS = 1_000;
