import type {Abi} from 'viem';
import * as abis from '#protocols/abi';

/** Every error that any of this repository's contracts can revert with. */
export const allErrorsAbi: Abi = Object.values(abis as Record<string, unknown>)
  .filter((value): value is Abi => Array.isArray(value))
  .flatMap((abi) => abi.filter((item) => item.type === 'error'));
