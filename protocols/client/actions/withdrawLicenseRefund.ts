import {parseEventLogs} from 'viem';
import type {Address, TransactionReceipt} from 'viem';
import {licensingAbi} from '#protocols/abi';
import {SYSTEM_ADDRESSES} from '#protocols/genesis';
import {execute} from '../execute.ts';
import type {WritingClient} from '../execute.ts';
import {onlyEvent} from './onlyEvent.ts';

export interface WithdrawLicenseRefundParameters {
  /** Who is paid. Default: the sender. */
  readonly recipient?: Address;
}

export interface WithdrawLicenseRefundReturnType {
  /** Wei. */
  readonly amount: bigint;
  readonly receipt: TransactionReceipt;
}

/**
 * Withdraws refunds of licences that the sender is owed. Throws ContractRefusedError.
 * @example
 * import {createWalletClient, http} from 'viem';
 * import {mnemonicToAccount} from 'viem/accounts';
 * import {qanatDevnet, withdrawLicenseRefund} from 'qanat/client';
 *
 * const account = mnemonicToAccount('test test test test test test test test test test test junk');
 * const client = createWalletClient({account, chain: qanatDevnet, transport: http()});
 * const {amount} = await withdrawLicenseRefund(client, {});
 */
export async function withdrawLicenseRefund(
  client: WritingClient,
  {recipient = client.account.address}: WithdrawLicenseRefundParameters,
): Promise<WithdrawLicenseRefundReturnType> {
  const receipt = await execute(client, {
    address: SYSTEM_ADDRESSES.licensing,
    abi: licensingAbi,
    functionName: 'withdrawRefund',
    args: [recipient],
  });
  const {amount} = onlyEvent(parseEventLogs({abi: licensingAbi, eventName: 'RefundWithdrawn', logs: receipt.logs}));
  return {amount, receipt};
}
