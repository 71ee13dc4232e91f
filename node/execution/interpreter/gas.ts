/** Prices since Berlin (Yellow Paper appendix G with EIP-2200, 2929, 3529, 3860). All are far below 2^53, so gas is a number here. */

export const WARM_ACCESS_GAS = 100;
export const COLD_ACCOUNT_GAS = 2_600;
export const COLD_SLOT_GAS = 2_100;

export const MEMORY_WORD_GAS = 3;
export const MEMORY_QUADRATIC_DIVISOR = 512;
export const COPY_WORD_GAS = 3;
export const KECCAK_GAS = 30;
export const KECCAK_WORD_GAS = 6;
export const EXP_GAS = 10;
export const EXP_BYTE_GAS = 50;
export const LOG_GAS = 375;
export const LOG_TOPIC_GAS = 375;
export const LOG_BYTE_GAS = 8;

export const SSTORE_SENTRY_GAS = 2_300;
export const SSTORE_SET_GAS = 20_000;
export const SSTORE_RESET_GAS = 2_900;
/** EIP-3529 made it smaller. */
export const SSTORE_CLEAR_REFUND_BERLIN = 15_000;
export const SSTORE_CLEAR_REFUND = 4_800;

export const CALL_VALUE_GAS = 9_000;
export const CALL_STIPEND = 2_300;
export const NEW_ACCOUNT_GAS = 25_000;
export const CREATE_GAS = 32_000;
export const INIT_CODE_WORD_GAS = 2;
export const CODE_BYTE_GAS = 200;
export const SELFDESTRUCT_GAS = 5_000;
/** Gone with EIP-3529. */
export const SELFDESTRUCT_REFUND_BERLIN = 24_000;

export function wordsOf(bytes: number): number {
  return Math.ceil(bytes / 32);
}

/** EIP-150: all but one 64th. */
export function gasToPassOn(gas: number): number {
  return gas - Math.floor(gas / 64);
}
