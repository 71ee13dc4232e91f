import {parseEventLogs} from 'viem';
import type {Address, TransactionReceipt} from 'viem';
import {shareTokenAbi} from '#protocols/abi';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';
import {zeroAddress} from 'viem';
import {onlyEvent} from './onlyEvent.ts';
import {shareTokenOf} from './shareTokenOf.ts';

export interface ClaimShareRevenueParameters {
  readonly assetId: bigint;
  /** Default: the zero address, the chain's coin. */
  readonly currency?: Address;
  /** Who is paid. Default: the sender. */
  readonly recipient?: Address;
}

export interface ClaimShareRevenueReturnType {
  readonly amount: bigint;
  readonly receipt: TransactionReceipt;
}

/**
 * Withdraws what the sender's shares of an asset have earned. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {claimShareRevenue, qanatDevnet} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * const {amount} = await claimShareRevenue(client, {assetId: 1n});
 */
export async function claimShareRevenue(
  client: WritingClient,
  {assetId, currency = zeroAddress, recipient = client.account.address}: ClaimShareRevenueParameters,
): Promise<ClaimShareRevenueReturnType> {
  const token = await shareTokenOf(client, assetId);
  const receipt = await execute(client, {
    address: token,
    abi: shareTokenAbi,
    functionName: 'claimTo',
    args: [currency, recipient],
  });
  const {amount} = onlyEvent(parseEventLogs({abi: shareTokenAbi, eventName: 'RevenueClaimed', logs: receipt.logs}));
  return {amount, receipt};
}
