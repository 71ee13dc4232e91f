import {parseEventLogs} from 'viem';
import type {Hex, TransactionReceipt} from 'viem';
import {licensingAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';
import {read} from '../read.ts';
import {LicenseKind} from '../terms.ts';
import {onlyEvent} from './onlyEvent.ts';

export interface BuyLicenseWithDeliveryParameters {
  readonly assetId: bigint;
  /** At most 256 bytes. */
  readonly publicKey: Hex;
}

export interface BuyLicenseWithDeliveryReturnType {
  readonly licenseId: bigint;
  /** Last second for the delivery. */
  readonly until: bigint;
  readonly receipt: TransactionReceipt;
}

/**
 * Buys full access to encrypted content: the payment is in escrow until the key is delivered, encrypted to the given public
 * key, and comes back when it is not. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {buyLicenseWithDelivery, qanatDevnet} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * const {licenseId} = await buyLicenseWithDelivery(client, {assetId: 1n, publicKey: '0x04'});
 */
export async function buyLicenseWithDelivery(
  client: WritingClient,
  {assetId, publicKey}: BuyLicenseWithDeliveryParameters,
): Promise<BuyLicenseWithDeliveryReturnType> {
  const licensing = {address: SYSTEM_ADDRESSES.licensing, abi: licensingAbi} as const;
  const value = await read(client, {...licensing, functionName: 'priceOf', args: [assetId, LicenseKind.fullAccess]});
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.licensing,
    abi: licensingAbi,
    functionName: 'buyWithDelivery',
    args: [assetId, publicKey],
    value,
  });
  const {licenseId, until} = onlyEvent(parseEventLogs({abi: licensingAbi, eventName: 'KeyAwaited', logs: receipt.logs}));
  return {licenseId, until, receipt};
}
