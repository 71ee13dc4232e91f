import type {Address} from 'viem';
import {attributionAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import type {ReadingClient} from '../execute.ts';
import {read} from '../read.ts';
import {SHARE_ONE} from './getLineage.ts';

export interface GetTokenRevenueParameters {
  readonly assetId: bigint;
  readonly token: Address;
  readonly account: Address;
}

export interface GetTokenRevenueReturnType {
  /** In the token's smallest units. */
  readonly claimable: bigint;
  readonly paid: bigint;
  /** What the asset was credited so far. */
  readonly credited: bigint;
}

/**
 * What an asset has earned in an ERC-20 token, and an account's part of it as a contributor.
 * @example
 * import {createPublicClient, http} from 'viem';
 * import {getTokenRevenue, qanatDevnet} from 'qanat/client';
 *
 * const client = createPublicClient({chain: qanatDevnet, transport: http()});
 * const account = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266';
 * const token = '0x00000000000000000000000000000000000000aa';
 * const {claimable} = await getTokenRevenue(client, {assetId: 1n, token, account});
 */
export async function getTokenRevenue(
  client: ReadingClient,
  {assetId, token, account}: GetTokenRevenueParameters,
): Promise<GetTokenRevenueReturnType> {
  const attribution = {address: SYSTEM_ADDRESSES.attribution, abi: attributionAbi} as const;
  const [claimable, paid, creditedE32] = await Promise.all([
    read(client, {...attribution, functionName: 'claimableToken', args: [assetId, token, account]}),
    read(client, {...attribution, functionName: 'paidToken', args: [assetId, token, account]}),
    read(client, {...attribution, functionName: 'creditedTokenE32', args: [assetId, token]}),
  ]);
  return {claimable, paid, credited: creditedE32 / SHARE_ONE};
}
