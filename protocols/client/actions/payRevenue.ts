import type {TransactionReceipt} from 'viem';
import {attributionAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';
import {RevenueSource} from '../terms.ts';

export interface PayRevenueParameters {
  readonly assetId: bigint;
  /** Wei. */
  readonly amount: bigint;
  /** Default: direct. */
  readonly source?: RevenueSource;
}

export interface PayRevenueReturnType {
  readonly receipt: TransactionReceipt;
}

/**
 * Brings in revenue for an asset: its contributors and those of its ancestors get their parts. Anyone may.
 * Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http, parseEther} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {payRevenue, qanatDevnet} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * await payRevenue(client, {assetId: 1n, amount: parseEther('2')});
 */
export async function payRevenue(
  client: WritingClient,
  {assetId, amount, source = RevenueSource.direct}: PayRevenueParameters,
): Promise<PayRevenueReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.attribution,
    abi: attributionAbi,
    functionName: 'receiveRevenue',
    args: [assetId, source],
    value: amount,
  });
  return {receipt};
}
