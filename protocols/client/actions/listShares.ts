import {parseEventLogs} from 'viem';
import type {TransactionReceipt} from 'viem';
import {marketplaceAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';
import {onlyEvent} from './onlyEvent.ts';

export interface ListSharesParameters {
  readonly assetId: bigint;
  /** In 10^-18 of a share. */
  readonly amount: bigint;
  /** Wei for one whole share. */
  readonly price: bigint;
  /** Last second at which it can be bought. */
  readonly expiresAt: bigint;
}

export interface ListSharesReturnType {
  readonly listingId: bigint;
  readonly receipt: TransactionReceipt;
}

/**
 * Offers shares of the sender at a fixed price each. See `approveSharesForSale`. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {listShares, qanatDevnet} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * const {listingId} = await listShares(client, {assetId: 1n, amount: 10n ** 20n, price: 10n ** 15n, expiresAt: 2n ** 40n});
 */
export async function listShares(
  client: WritingClient,
  {assetId, amount, price, expiresAt}: ListSharesParameters,
): Promise<ListSharesReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.marketplace,
    abi: marketplaceAbi,
    functionName: 'listShares',
    args: [assetId, amount, price, expiresAt],
  });
  const {listingId} = onlyEvent(parseEventLogs({abi: marketplaceAbi, eventName: 'Listed', logs: receipt.logs}));
  return {listingId, receipt};
}
