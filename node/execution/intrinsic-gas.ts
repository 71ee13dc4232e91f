import type {ForkRules} from './rules.ts';
import type {AccessListEntry} from './types.ts';

export const TRANSACTION_GAS = 21_000n;
/** Calldata, by byte; EIP-2028 made the second cheaper. */
const ZERO_BYTE_GAS = 4n;
const NON_ZERO_BYTE_GAS_FRONTIER = 68n;
const NON_ZERO_BYTE_GAS = 16n;
/** EIP-2. */
const CREATION_GAS = 32_000n;
/** EIP-7623. */
const FLOOR_GAS_PER_TOKEN = 10n;
/** EIP-3860. */
const INIT_CODE_WORD_GAS = 2n;
/** EIP-2930. */
const ACCESS_LIST_ADDRESS_GAS = 2_400n;
const ACCESS_LIST_SLOT_GAS = 1_900n;
/** EIP-7702: as if every authority were a new account; the rest is refunded when it is not. */
export const EMPTY_ACCOUNT_GAS = 25_000n;
export const AUTHORIZATION_GAS = 12_500n;

export interface IntrinsicGasInput {
  readonly isCreation: boolean;
  readonly data: Uint8Array;
  readonly accessList: readonly AccessListEntry[];
  readonly authorizations: number;
}

/**
 * Gas taken before execution: calldata (EIP-2028), creation (EIP-2), access list (EIP-2930), init code (EIP-3860), authorizations
 * (EIP-7702), and the least that a transaction pays in the end by its calldata (EIP-7623; 0 before Prague).
 */
export function intrinsicGas(input: IntrinsicGasInput, rules: ForkRules): {readonly regular: bigint; readonly floor: bigint} {
  const {data} = input;
  let nonZero = 0;
  for (let i = 0; i < data.length; i++) if (data[i] !== 0) nonZero++;
  const [zeroBytes, nonZeroBytes] = [BigInt(data.length - nonZero), BigInt(nonZero)];
  let regular = TRANSACTION_GAS + zeroBytes * ZERO_BYTE_GAS + nonZeroBytes * (rules.isIstanbul ? NON_ZERO_BYTE_GAS : NON_ZERO_BYTE_GAS_FRONTIER);
  if (input.isCreation && rules.isHomestead) regular += CREATION_GAS;
  if (input.isCreation && rules.isShanghai) regular += INIT_CODE_WORD_GAS * BigInt(Math.ceil(data.length / 32));
  for (const {storageKeys} of input.accessList) regular += ACCESS_LIST_ADDRESS_GAS + ACCESS_LIST_SLOT_GAS * BigInt(storageKeys.length);
  if (input.authorizations > 0) regular += EMPTY_ACCOUNT_GAS * BigInt(input.authorizations);
  return {regular, floor: rules.isPrague ? TRANSACTION_GAS + FLOOR_GAS_PER_TOKEN * (zeroBytes + 4n * nonZeroBytes) : 0n};
}
