import type {Hex} from 'viem';
import {identityAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import type {ReadingClient} from '../execute.ts';
import {read} from '../read.ts';

export interface GetServiceEndpointParameters {
  readonly identityId: bigint;
  readonly service: Hex;
}

/**
 * Where a service of an identity is; empty when it has none.
 * @example
 * import {createPublicClient, http} from 'viem';
 * import {getServiceEndpoint, qanatDevnet} from 'qanat/client';
 *
 * const client = createPublicClient({chain: qanatDevnet, transport: http()});
 * console.log(await getServiceEndpoint(client, {identityId: 1n, service: `0x${'61'.repeat(32)}`}));
 */
export async function getServiceEndpoint(
  client: ReadingClient,
  {identityId, service}: GetServiceEndpointParameters,
): Promise<string> {
  return read(client, {
    address: SYSTEM_ADDRESSES.identity,
    abi: identityAbi,
    functionName: 'serviceOf',
    args: [identityId, service],
  });
}
