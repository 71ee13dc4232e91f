/** Bounds of what is read as a key file or a passphrase. */

/** A keystore of either format has about 700 bytes. */
export const KEY_FILE_BYTES_MAX = 16_384;
export const PASSPHRASE_BYTES_MAX = 1024;
/** Of a passphrase that protects a key anew; old files open with any. */
export const PASSPHRASE_CHARACTERS_MIN = 8;
/** Memory of one scrypt (128·n·r bytes): twice what geth's standard parameters take. */
export const SCRYPT_BYTES_MAX = 512 * 1024 * 1024;
export const SCRYPT_PARALLELISM_MAX = 16;
export const PBKDF2_ITERATIONS_MAX = 10_000_000;
export const SALT_BYTES_MAX = 256;
export const SECRET_BYTES_MAX = 64;
/** Files of one key ring. */
export const ACCOUNTS_MAX = 1000;
