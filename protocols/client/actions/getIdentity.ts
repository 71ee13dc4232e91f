import type {Hex} from 'viem';
import {identityAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import type {ReadingClient} from '../execute.ts';
import type {IdentityKind} from '../identity.ts';
import {read} from '../read.ts';

export interface GetIdentityParameters {
  readonly identityId: bigint;
}

export interface GetIdentityReturnType {
  readonly kind: IdentityKind;
  /** Seconds. */
  readonly createdAt: bigint;
  readonly controllerCount: number;
  /** Empty when it has none. */
  readonly name: string;
  readonly cardUri: string;
  readonly cardHash: Hex;
}

/**
 * What an identity says of itself. Throws ContractRefusedError (UnknownIdentity).
 * @example
 * import {createPublicClient, http} from 'viem';
 * import {getIdentity, qanatDevnet} from 'qanat/client';
 *
 * const client = createPublicClient({chain: qanatDevnet, transport: http()});
 * console.log(await getIdentity(client, {identityId: 1n}));
 */
export async function getIdentity(client: ReadingClient, {identityId}: GetIdentityParameters): Promise<GetIdentityReturnType> {
  const profile = await read(client, {
    address: SYSTEM_ADDRESSES.identity,
    abi: identityAbi,
    functionName: 'getProfile',
    args: [identityId],
  });
  // The contract's enum holds exactly the values of IdentityKind.
  return profile as GetIdentityReturnType;
}
