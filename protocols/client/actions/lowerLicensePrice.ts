import type {TransactionReceipt} from 'viem';
import {assetRegistryAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';

export interface LowerLicensePriceParameters {
  readonly assetId: bigint;
  /** Of a full-access licence, in wei. */
  readonly price: bigint;
}

export interface LowerLicensePriceReturnType {
  readonly receipt: TransactionReceipt;
}

/**
 * Lowers the price of a licence, as the asset's creator. It can never be raised. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http, parseEther} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {lowerLicensePrice, qanatDevnet} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await lowerLicensePrice(client, {assetId: 1n, price: parseEther('0.5')});
 */
export async function lowerLicensePrice(
  client: WritingClient,
  {assetId, price}: LowerLicensePriceParameters,
): Promise<LowerLicensePriceReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.assetRegistry,
    abi: assetRegistryAbi,
    functionName: 'lowerLicensePrice',
    args: [assetId, price],
  });
  return {receipt};
}
