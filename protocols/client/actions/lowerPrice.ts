import type {TransactionReceipt} from 'viem';
import {assetRegistryAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';
import {LicenseKind} from '../terms.ts';

export interface LowerPriceParameters {
  readonly assetId: bigint;
  /** Whose price: full access, a call with an API licence, or a long-term licence's period. Default: full access. */
  readonly kind?: LicenseKind;
  /** Wei. */
  readonly price: bigint;
}

export interface LowerPriceReturnType {
  readonly receipt: TransactionReceipt;
}

/**
 * Lowers the price of a licence, as the asset's creator. It can never be raised. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http, parseEther} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {lowerPrice, qanatDevnet} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await lowerPrice(client, {assetId: 1n, price: parseEther('0.5')});
 */
export async function lowerPrice(
  client: WritingClient,
  {assetId, kind = LicenseKind.fullAccess, price}: LowerPriceParameters,
): Promise<LowerPriceReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.assetRegistry,
    abi: assetRegistryAbi,
    functionName: 'lowerPrice',
    args: [assetId, kind, price],
  });
  return {receipt};
}
