/** Memory that LevelDB keeps of the files it read, per database. */
export const LEVEL_BLOCK_CACHE_BYTES = 16 * 1024 * 1024;
/** Memory that LevelDB fills before it writes a table file, per database (two of them at most). */
export const LEVEL_WRITE_BUFFER_BYTES = 8 * 1024 * 1024;
/** Entries that a range reads at once. */
export const LEVEL_RANGE_BATCH = 256;
/** Bytes of a lock file; more is not ours. */
export const LOCK_FILE_BYTES_MAX = 512;
/** Attempts to take over a lock whose owner is gone, while others may try the same. */
export const LOCK_ATTEMPTS_MAX = 8;
