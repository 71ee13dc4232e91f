import type {Address} from 'viem';
import {marketplaceAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import type {ReadingClient} from '../execute.ts';
import {read} from '../read.ts';

export interface GetListingParameters {
  readonly listingId: bigint;
}

export interface GetListingReturnType {
  readonly seller: Address;
  /** 0 for a licence, 1 for shares. */
  readonly kind: number;
  /** IMarketplace.ListingStatus: none, open, sold, cancelled. */
  readonly status: number;
  /** Seconds. */
  readonly expiresAt: bigint;
  readonly assetId: bigint;
  /** 0 for shares. */
  readonly licenseId: bigint;
  /** What is left. */
  readonly amount: bigint;
  /** Wei for the licence, or for one whole share. */
  readonly price: bigint;
}

/**
 * A listing. Throws ContractRefusedError.
 * @example
 * import {createPublicClient, http} from 'viem';
 * import {getListing, qanatDevnet} from 'qanat/client';
 *
 * const client = createPublicClient({chain: qanatDevnet, transport: http()});
 * const {amount} = await getListing(client, {listingId: 1n});
 */
export async function getListing(
  client: ReadingClient,
  {listingId}: GetListingParameters,
): Promise<GetListingReturnType> {
  const marketplace = {address: SYSTEM_ADDRESSES.marketplace, abi: marketplaceAbi} as const;
  return read(client, {...marketplace, functionName: 'getListing', args: [listingId]});
}
