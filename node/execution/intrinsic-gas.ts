import type {ForkRules} from './rules.ts';
import type {AccessListEntry} from './types.ts';

const TRANSACTION_GAS = 21_000n;
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
 * Gas taken before execution: EIP-2028 (calldata), 2930 (access list), 3860 (init code), 7702 (authorizations), and the least that
 * a transaction pays in the end by its calldata (EIP-7623; 0 before Prague).
 */
export function intrinsicGas(input: IntrinsicGasInput, rules: ForkRules): {readonly regular: bigint; readonly floor: bigint} {
  const {data} = input;
  let nonZero = 0;
  for (let i = 0; i < data.length; i++) if (data[i] !== 0) nonZero++;
  const tokens = BigInt(data.length - nonZero) + BigInt(nonZero) * 4n;
  let regular = TRANSACTION_GAS + tokens * 4n;
  if (input.isCreation) regular += CREATION_GAS + INIT_CODE_WORD_GAS * BigInt(Math.ceil(data.length / 32));
  for (const {storageKeys} of input.accessList) regular += ACCESS_LIST_ADDRESS_GAS + ACCESS_LIST_SLOT_GAS * BigInt(storageKeys.length);
  if (input.authorizations > 0) regular += EMPTY_ACCOUNT_GAS * BigInt(input.authorizations);
  return {regular, floor: rules.isPrague ? TRANSACTION_GAS + FLOOR_GAS_PER_TOKEN * tokens : 0n};
}
