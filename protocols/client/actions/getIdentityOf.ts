import type {Address} from 'viem';
import {identityAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import type {ReadingClient} from '../execute.ts';
import {read} from '../read.ts';

export interface GetIdentityOfParameters {
  readonly account: Address;
}

/**
 * The account's identity; 0n when it has none.
 * @example
 * import {createPublicClient, http} from 'viem';
 * import {getIdentityOf, qanatDevnet} from 'qanat/client';
 *
 * const client = createPublicClient({chain: qanatDevnet, transport: http()});
 * console.log(await getIdentityOf(client, {account: '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'}));
 */
export async function getIdentityOf(client: ReadingClient, {account}: GetIdentityOfParameters): Promise<bigint> {
  return read(client, {
    address: SYSTEM_ADDRESSES.identity,
    abi: identityAbi,
    functionName: 'identityOf',
    args: [account],
  });
}
