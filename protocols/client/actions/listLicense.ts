import {parseEventLogs} from 'viem';
import type {TransactionReceipt} from 'viem';
import {marketplaceAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';
import {onlyEvent} from './onlyEvent.ts';

export interface ListLicenseParameters {
  readonly licenseId: bigint;
  /** Wei. */
  readonly price: bigint;
  /** Last second at which it can be bought. */
  readonly expiresAt: bigint;
}

export interface ListLicenseReturnType {
  readonly listingId: bigint;
  readonly receipt: TransactionReceipt;
}

/**
 * Offers a licence of the sender at a fixed price. See `approveLicenseForSale`. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {listLicense, qanatDevnet} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * const {listingId} = await listLicense(client, {licenseId: 1n, price: 10n ** 18n, expiresAt: 2n ** 40n});
 */
export async function listLicense(
  client: WritingClient,
  {licenseId, price, expiresAt}: ListLicenseParameters,
): Promise<ListLicenseReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.marketplace,
    abi: marketplaceAbi,
    functionName: 'listLicense',
    args: [licenseId, price, expiresAt],
  });
  const {listingId} = onlyEvent(parseEventLogs({abi: marketplaceAbi, eventName: 'Listed', logs: receipt.logs}));
  return {listingId, receipt};
}
