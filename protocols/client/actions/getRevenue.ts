import type {Address} from 'viem';
import {attributionAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import type {ReadingClient} from '../execute.ts';
import {read} from '../read.ts';
import {SHARE_ONE} from './getLineage.ts';

export interface GetRevenueParameters {
  readonly assetId: bigint;
  readonly account: Address;
}

export interface GetRevenueReturnType {
  /** What the account can claim from the asset now, in wei. */
  readonly claimable: bigint;
  /** What the account has been paid from the asset, in wei. */
  readonly paid: bigint;
  /** What all contributors of the asset have been credited so far, in whole wei. */
  readonly credited: bigint;
}

/**
 * What an asset has earned, and an account's part of it.
 * @example
 * import {createPublicClient, formatEther, http} from 'viem';
 * import {getRevenue, qanatDevnet} from 'qanat/client';
 *
 * const client = createPublicClient({chain: qanatDevnet, transport: http()});
 * const account = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266';
 * const {claimable} = await getRevenue(client, {assetId: 1n, account});
 * console.log(formatEther(claimable));
 */
export async function getRevenue(
  client: ReadingClient,
  {assetId, account}: GetRevenueParameters,
): Promise<GetRevenueReturnType> {
  const attribution = {address: SYSTEM_ADDRESSES.attribution, abi: attributionAbi} as const;
  const [claimable, paid, creditedE32] = await Promise.all([
    read(client, {...attribution, functionName: 'claimable', args: [assetId, account]}),
    read(client, {...attribution, functionName: 'paid', args: [assetId, account]}),
    read(client, {...attribution, functionName: 'creditedE32', args: [assetId]}),
  ]);
  return {claimable, paid, credited: creditedE32 / SHARE_ONE};
}
