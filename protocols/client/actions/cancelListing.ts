import type {TransactionReceipt} from 'viem';
import {marketplaceAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';

export interface CancelListingParameters {
  readonly listingId: bigint;
}

export interface CancelListingReturnType {
  readonly receipt: TransactionReceipt;
}

/**
 * Closes a listing: the seller at any time, anyone when it has expired. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {cancelListing, qanatDevnet} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await cancelListing(client, {listingId: 1n});
 */
export async function cancelListing(
  client: WritingClient,
  {listingId}: CancelListingParameters,
): Promise<CancelListingReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.marketplace,
    abi: marketplaceAbi,
    functionName: 'cancel',
    args: [listingId],
  });
  return {receipt};
}
