import {parseEventLogs} from 'viem';
import type {TransactionReceipt} from 'viem';
import {marketplaceAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';
import {read} from '../read.ts';
import {onlyEvent} from './onlyEvent.ts';

export interface BuyListedSharesParameters {
  readonly listingId: bigint;
  /** In 10^-18 of a share. */
  readonly amount: bigint;
}

export interface BuyListedSharesReturnType {
  /** Wei. */
  readonly cost: bigint;
  /** Part of it that became the asset's revenue. */
  readonly commission: bigint;
  /** What is left of the listing. */
  readonly left: bigint;
  readonly receipt: TransactionReceipt;
}

/**
 * Buys some or all of listed shares. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {buyListedShares, qanatDevnet} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * const {cost} = await buyListedShares(client, {listingId: 1n, amount: 10n ** 18n});
 */
export async function buyListedShares(
  client: WritingClient,
  {listingId, amount}: BuyListedSharesParameters,
): Promise<BuyListedSharesReturnType> {
  const marketplace = {address: SYSTEM_ADDRESSES.marketplace, abi: marketplaceAbi} as const;
  const [value] = await read(client, {...marketplace, functionName: 'costOf', args: [listingId, amount]});
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.marketplace,
    abi: marketplaceAbi,
    functionName: 'buyShares',
    args: [listingId, amount],
    value,
  });
  const {cost, commission, left} = onlyEvent(parseEventLogs({abi: marketplaceAbi, eventName: 'Bought', logs: receipt.logs}));
  return {cost, commission, left, receipt};
}
