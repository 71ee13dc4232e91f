import type {Address} from 'viem';
import {bondsAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import type {ReadingClient} from '../execute.ts';
import {read} from '../read.ts';

export interface GetBondParameters {
  readonly account: Address;
}

export interface GetBondReturnType {
  /** Wei. */
  readonly bonded: bigint;
  /** Wei; can still be slashed. */
  readonly unbonding: bigint;
  /** Second from which `unbonding` can be withdrawn. */
  readonly withdrawableAt: bigint;
}

/**
 * What an account has at stake.
 * @example
 * import {createPublicClient, http} from 'viem';
 * import {getBond, qanatDevnet} from 'qanat/client';
 *
 * const client = createPublicClient({chain: qanatDevnet, transport: http()});
 * console.log(await getBond(client, {account: '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'}));
 */
export async function getBond(client: ReadingClient, {account}: GetBondParameters): Promise<GetBondReturnType> {
  return read(client, {
    address: SYSTEM_ADDRESSES.bonds,
    abi: bondsAbi,
    functionName: 'bondOf',
    args: [account],
  });
}
