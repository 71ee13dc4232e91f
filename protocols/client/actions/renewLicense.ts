import {parseEventLogs} from 'viem';
import type {TransactionReceipt} from 'viem';
import {licensingAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';
import {read} from '../read.ts';
import {LicenseKind} from '../terms.ts';
import {onlyEvent} from './onlyEvent.ts';

export interface RenewLicenseParameters {
  readonly licenseId: bigint;
}

export interface RenewLicenseReturnType {
  /** Seconds. */
  readonly expiresAt: bigint;
  /** Wei. */
  readonly price: bigint;
  readonly receipt: TransactionReceipt;
}

/**
 * Adds a period to a long-term licence, at today's price. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {qanatDevnet, renewLicense} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * const {expiresAt} = await renewLicense(client, {licenseId: 1n});
 */
export async function renewLicense(
  client: WritingClient,
  {licenseId}: RenewLicenseParameters,
): Promise<RenewLicenseReturnType> {
  const licensing = {address: SYSTEM_ADDRESSES.licensing, abi: licensingAbi} as const;
  const {assetId} = await read(client, {...licensing, functionName: 'getLicense', args: [licenseId]});
  const value = await read(client, {...licensing, functionName: 'priceOf', args: [assetId, LicenseKind.longTerm]});
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.licensing,
    abi: licensingAbi,
    functionName: 'renew',
    args: [licenseId],
    value,
  });
  const {expiresAt, price} = onlyEvent(parseEventLogs({abi: licensingAbi, eventName: 'LicenseRenewed', logs: receipt.logs}));
  return {expiresAt, price, receipt};
}
