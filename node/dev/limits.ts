/** Named bounds of a development chain. */

/** Snapshots that can be reverted to; beyond, the oldest is forgotten. */
export const SNAPSHOTS_MAX = 10_000;
/** Blocks mined by one request. */
export const MINE_BLOCKS_MAX = 100_000n;
/** Accounts that are impersonated at the same time. */
export const IMPERSONATED_MAX = 10_000;
/** Accounts, and slots of each, that may be changed by hand before one block. */
export const AMENDED_ACCOUNTS_MAX = 4_096;
export const AMENDED_SLOTS_MAX = 4_096;
/** Seconds by which the clock may be moved in all: some 30,000 years. */
export const TIME_OFFSET_MAX = 1_000_000_000_000n;
/** Gas limit of a block, as far as it may be raised: beyond, one block could hold up the process for minutes. */
export const BLOCK_GAS_LIMIT_MAX = 10_000_000_000n;
/** Code that is set by hand may be longer than EIP-170 allows to be deployed. */
export const CODE_BYTES_MAX = 1024 * 1024;
/** Milliseconds between blocks that are mined at an interval. */
export const INTERVAL_MS_MAX = 2_147_483_647;
