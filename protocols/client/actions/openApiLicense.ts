import {parseEventLogs} from 'viem';
import type {TransactionReceipt} from 'viem';
import {apiMeteringAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';
import {onlyEvent} from './onlyEvent.ts';

export interface OpenApiLicenseParameters {
  readonly assetId: bigint;
  /** Wei. */
  readonly deposit: bigint;
}

export interface OpenApiLicenseReturnType {
  readonly licenseId: bigint;
  readonly receipt: TransactionReceipt;
}

/**
 * Opens an API licence with a prepaid balance, or pays into the one that the sender has. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {openApiLicense, qanatDevnet} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * const {licenseId} = await openApiLicense(client, {assetId: 1n, deposit: 10n ** 18n});
 */
export async function openApiLicense(
  client: WritingClient,
  {assetId, deposit}: OpenApiLicenseParameters,
): Promise<OpenApiLicenseReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.apiMetering,
    abi: apiMeteringAbi,
    functionName: 'open',
    args: [assetId],
    value: deposit,
  });
  const {licenseId} = onlyEvent(parseEventLogs({abi: apiMeteringAbi, eventName: 'Deposited', logs: receipt.logs}));
  return {licenseId, receipt};
}
