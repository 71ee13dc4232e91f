import {identityAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import type {ReadingClient} from '../execute.ts';
import {read} from '../read.ts';

export interface GetIdentityByNameParameters {
  readonly name: string;
}

/**
 * Who has a name; 0n when nobody has.
 * @example
 * import {createPublicClient, http} from 'viem';
 * import {getIdentityByName, qanatDevnet} from 'qanat/client';
 *
 * const client = createPublicClient({chain: qanatDevnet, transport: http()});
 * console.log(await getIdentityByName(client, {name: 'aquifer'}));
 */
export async function getIdentityByName(client: ReadingClient, {name}: GetIdentityByNameParameters): Promise<bigint> {
  return read(client, {
    address: SYSTEM_ADDRESSES.identity,
    abi: identityAbi,
    functionName: 'identityOfName',
    args: [name],
  });
}
