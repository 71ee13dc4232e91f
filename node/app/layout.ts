/** Layout of the block store; raised when a stored format changes. */
export const BLOCK_STORE_VERSION = 1;
