import {parseEventLogs} from 'viem';
import type {Address, TransactionReceipt} from 'viem';
import {licensingAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';
import {read} from '../read.ts';
import {LicenseKind} from '../terms.ts';
import {onlyEvent} from './onlyEvent.ts';

export interface BuyLicenseParameters {
  readonly assetId: bigint;
  /** Default: full access. */
  readonly kind?: LicenseKind;
  /** Who gets the licence. Default: the sender. */
  readonly holder?: Address;
}

export interface BuyLicenseReturnType {
  readonly licenseId: bigint;
  /** What was paid, in wei. */
  readonly price: bigint;
  readonly receipt: TransactionReceipt;
}

/**
 * Buys a licence at its current price. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {buyLicense, qanatDevnet} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * const {licenseId, price} = await buyLicense(client, {assetId: 1n});
 */
export async function buyLicense(
  client: WritingClient,
  {assetId, kind = LicenseKind.fullAccess, holder = client.account.address}: BuyLicenseParameters,
): Promise<BuyLicenseReturnType> {
  const licensing = {address: SYSTEM_ADDRESSES.licensing, abi: licensingAbi} as const;
  const price = await read(client, {...licensing, functionName: 'priceOf', args: [assetId, kind]});
  const receipt = await execute(client, {...licensing, functionName: 'buy', args: [assetId, kind, holder], value: price});
  const {licenseId} = onlyEvent(parseEventLogs({abi: licensingAbi, eventName: 'LicenseIssued', logs: receipt.logs}));
  return {licenseId, price, receipt};
}
