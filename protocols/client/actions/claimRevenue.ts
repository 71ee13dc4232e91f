import {parseEventLogs} from 'viem';
import type {Address, TransactionReceipt} from 'viem';
import {attributionAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';
import {onlyEvent} from './onlyEvent.ts';

export interface ClaimRevenueParameters {
  readonly assetId: bigint;
  /** Who is paid. Default: the sender. */
  readonly recipient?: Address;
}

export interface ClaimRevenueReturnType {
  /** Wei. */
  readonly amount: bigint;
  readonly receipt: TransactionReceipt;
}

/**
 * Withdraws what the sender has earned as a contributor of an asset. Throws ContractRefusedError (NothingToClaim).
 * @example
 * import {createWalletClient, formatEther, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {claimRevenue, qanatDevnet} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * const {amount} = await claimRevenue(client, {assetId: 1n});
 * console.log(formatEther(amount));
 */
export async function claimRevenue(
  client: WritingClient,
  {assetId, recipient = client.account.address}: ClaimRevenueParameters,
): Promise<ClaimRevenueReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.attribution,
    abi: attributionAbi,
    functionName: 'claimTo',
    args: [assetId, recipient],
  });
  const {amount} = onlyEvent(parseEventLogs({abi: attributionAbi, eventName: 'RevenueClaimed', logs: receipt.logs}));
  return {amount, receipt};
}
