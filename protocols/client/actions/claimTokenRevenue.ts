import {parseEventLogs} from 'viem';
import type {Address, TransactionReceipt} from 'viem';
import {attributionAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';
import {onlyEvent} from './onlyEvent.ts';

export interface ClaimTokenRevenueParameters {
  readonly assetId: bigint;
  readonly token: Address;
  /** Who is paid. Default: the sender. */
  readonly recipient?: Address;
}

export interface ClaimTokenRevenueReturnType {
  /** In the token's smallest units. */
  readonly amount: bigint;
  readonly receipt: TransactionReceipt;
}

/**
 * Withdraws what the sender has earned in an ERC-20 token as a contributor of an asset. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {claimTokenRevenue, qanatDevnet} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * const {amount} = await claimTokenRevenue(client, {assetId: 1n, token: '0x00000000000000000000000000000000000000aa'});
 */
export async function claimTokenRevenue(
  client: WritingClient,
  {assetId, token, recipient = client.account.address}: ClaimTokenRevenueParameters,
): Promise<ClaimTokenRevenueReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.attribution,
    abi: attributionAbi,
    functionName: 'claimToken',
    args: [assetId, token, recipient],
  });
  const {amount} = onlyEvent(parseEventLogs({abi: attributionAbi, eventName: 'RevenueClaimed', logs: receipt.logs}));
  return {amount, receipt};
}
