import {parseEventLogs} from 'viem';
import type {TransactionReceipt} from 'viem';
import {marketplaceAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';
import {read} from '../read.ts';
import {onlyEvent} from './onlyEvent.ts';

export interface BuyListedLicenseParameters {
  readonly listingId: bigint;
}

export interface BuyListedLicenseReturnType {
  /** Wei. */
  readonly cost: bigint;
  /** Part of it that became the asset's revenue. */
  readonly commission: bigint;
  readonly receipt: TransactionReceipt;
}

/**
 * Buys a listed licence. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {buyListedLicense, qanatDevnet} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * const {cost} = await buyListedLicense(client, {listingId: 1n});
 */
export async function buyListedLicense(
  client: WritingClient,
  {listingId}: BuyListedLicenseParameters,
): Promise<BuyListedLicenseReturnType> {
  const marketplace = {address: SYSTEM_ADDRESSES.marketplace, abi: marketplaceAbi} as const;
  const [value] = await read(client, {...marketplace, functionName: 'costOf', args: [listingId, 1n]});
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.marketplace,
    abi: marketplaceAbi,
    functionName: 'buyLicense',
    args: [listingId],
    value,
  });
  const {cost, commission} = onlyEvent(parseEventLogs({abi: marketplaceAbi, eventName: 'Bought', logs: receipt.logs}));
  return {cost, commission, receipt};
}
