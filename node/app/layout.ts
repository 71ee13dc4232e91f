/** Layout of the block store; raised when a stored format changes. */
export const BLOCK_STORE_VERSION = 1;
/** Layout of the transaction index; one of another version is deleted by hand and made anew. */
export const TX_INDEX_VERSION = 1;
